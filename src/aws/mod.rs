//! The ports on the AWS SDK; beside the binaries the only code that names it.

pub mod delivery;
