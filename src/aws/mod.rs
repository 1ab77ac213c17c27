//! The ports on the AWS SDK; beside the binaries the only code that names it.

#[cfg(feature = "lambda")]
mod access_points;
#[cfg(feature = "lambda")]
mod apply;
#[cfg(feature = "lambda")]
mod clients;
#[cfg(feature = "lambda")]
mod convert;
pub mod delivery;
#[cfg(feature = "lambda")]
mod endpoint;
#[cfg(feature = "lambda")]
mod history;
#[cfg(feature = "lambda")]
mod list;
#[cfg(feature = "lambda")]
mod parts;
#[cfg(feature = "lambda")]
mod publish;
#[cfg(feature = "lambda")]
mod read;
#[cfg(feature = "lambda")]
mod records;
#[cfg(feature = "lambda")]
mod refusal;
#[cfg(feature = "lambda")]
mod test_topics;
#[cfg(feature = "lambda")]
mod warm;
#[cfg(feature = "lambda")]
mod world;

#[cfg(feature = "lambda")]
pub use self::clients::{Clients, Options};
#[cfg(feature = "lambda")]
pub use self::test_topics::{Subscription, SubscriptionState, Tested};
#[cfg(feature = "lambda")]
pub use self::world::Aws;
