//! The Lambda function: starts, opens its connections, and takes one invocation after the other.

mod batch;
mod function;
mod record;
mod start;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    record::to_standard_output();
    let function = start::start().await.inspect_err(|error| {
        tracing::error!(error = format!("{error:#}"), "the function does not start");
    })?;
    let function = &function;
    // the payload as its text, so that a key named twice is seen
    let service = service_fn(|invocation: LambdaEvent<Box<RawValue>>| async move {
        function.invoke(invocation.payload.get(), &invocation.context).await
    });
    lambda_runtime::run(service).await
}
