//! The sizes of directories, set right where the engine counts wrong.
//!
//! When an indexed directory grows and its extent tree needs another node, the engine forgets to
//! count that node in the size on disk. Nothing depends on the number but `e2fsck` and `du`, so it
//! is enough to correct it before the volume is called clean: after the engine has stopped, on a
//! mount of its own.

use alloc::collections::BTreeSet;

use block_cache::BatchDevice;
use rsext4::{
    Ext4FileSystem, Ext4Result, InodeNumber, Jbd2Dev, extents_tree::ExtentTree,
    loopfile::resolve_inode_blocks, superblock::Ext4Superblock,
};

use crate::{Node, device::Port};

/// The blocks that extents in the inode itself can always map: no tree has nodes before that.
pub(crate) const BLOCKS_WITHOUT_NODES: u64 = 4;

/// Counts the blocks of the directories again. Those that are gone are left out.
pub(crate) fn recount<D: BatchDevice>(
    port: &Port<D>,
    directories: &BTreeSet<Node>,
) -> Ext4Result<()> {
    let mut device = Jbd2Dev::initial_jbd2dev(0, port.clone(), true);
    let mut volume = Ext4FileSystem::mount(&mut device)?;
    for node in directories {
        let number = InodeNumber::new(node.raw())?;
        recount_one(&mut volume, &mut device, number)?;
    }
    volume.umount(&mut device)
}

fn recount_one<D: BatchDevice>(
    volume: &mut Ext4FileSystem,
    device: &mut Jbd2Dev<Port<D>>,
    number: InodeNumber,
) -> Ext4Result<()> {
    let mut inode = volume.get_inode_by_num(device, number)?;
    if inode.i_links_count == 0 || !inode.is_dir() || !inode.uses_extents() {
        return Ok(());
    }
    let block_size = volume.superblock.checked_block_size()?;
    let huge = volume
        .superblock
        .has_feature_ro_compat(Ext4Superblock::EXT4_FEATURE_RO_COMPAT_HUGE_FILE);
    let content = resolve_inode_blocks(volume, device, number, &mut inode)?.len();
    let nodes = ExtentTree::with_filesystem(&mut inode, volume, number)
        .external_node_blocks(device)?
        .len();
    let attributes = usize::from(inode.i_file_acl_lo != 0);
    let sectors = (content + nodes + attributes) as u64 * u64::from(block_size / 512);
    if inode.blocks_count(block_size, huge) == sectors {
        return Ok(());
    }
    inode.set_blocks_count(sectors, block_size, huge)?;
    volume.modify_inode(device, number, |on_disk| {
        on_disk.i_blocks_lo = inode.i_blocks_lo;
        on_disk.l_i_blocks_high = inode.l_i_blocks_high;
        on_disk.i_flags = inode.i_flags;
    })
}
