//! The shell over fake servers: what a person types, and what is shown.

mod desk;
mod fake_console;
mod fake_dog;
mod fake_files;
mod fake_outlets;
mod fake_pins;
mod fake_processes;
mod mocked;

mod calls;
mod files;
mod lines;
mod pins;
mod programs;
mod redirection;
mod sessions;
