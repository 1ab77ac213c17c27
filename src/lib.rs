//! A guardrail for S3 exposure.

pub mod acl;
pub mod alert;
pub mod aws;
pub mod bucket;
pub mod event;
pub mod exposure;
pub mod guard;
pub mod guardrail;
pub mod iam;
pub mod local;
pub mod name;
pub mod ports;
pub mod remedy;
pub mod report;
pub mod strict_json;
pub mod trust;
