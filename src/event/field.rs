//! Fields of an event, taken tolerantly: what is absent, null, empty or of another type is not
//! there. Only what goes into a request (accounts, Regions) is refused where it is wrong.

use serde_json::Value;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

use super::Refused;
use crate::bucket::{AccountId, Region};

/// The text at `key`, unless it is empty.
pub(super) fn text<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// At most 2,048 characters of `text`, raw: it is escaped where it is shown.
pub(super) fn bounded(text: &str) -> String {
    text.chars().take(2_048).collect()
}

/// The boolean at `key`, also where it is spelled as text.
pub(super) fn flag(object: &Value, key: &str) -> Option<bool> {
    match (object.get(key).and_then(Value::as_bool), text(object, key)) {
        (Some(flag), _) => Some(flag),
        (None, Some("true")) => Some(true),
        (None, Some("false")) => Some(false),
        (None, _) => None,
    }
}

/// The texts of a header: one, or several in records of before 2020.
pub(super) fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    list.iter().filter_map(Value::as_str)
}

/// The time at `key`, UTC; also with a blank between date and time and without an offset.
pub(super) fn time(object: &Value, key: &str) -> Option<OffsetDateTime> {
    let text = text(object, key)?.trim();
    let parse = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok();
    let time = parse(text).or_else(|| {
        let text = text.replacen(' ', "T", 1);
        parse(&text).or_else(|| parse(&(text + "Z")))
    })?;
    time.checked_to_offset(UtcOffset::UTC)
}

/// The account at `key`, where one is given.
pub(super) fn account(
    object: &Value,
    key: &str,
    place: &str,
) -> Result<Option<AccountId>, Refused> {
    let account = text(object, key).map(AccountId::parse).transpose();
    account.map_err(|error| Refused::new(&format!("{place}.{key}"), error.to_string()))
}

/// The Region at `key`, where one is given.
pub(super) fn region(object: &Value, key: &str, place: &str) -> Result<Option<Region>, Refused> {
    let region = text(object, key).map(Region::parse).transpose();
    region.map_err(|error| Refused::new(&format!("{place}.{key}"), error.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::datetime;

    use super::{bounded, flag, text, texts, time};

    #[test]
    fn times_of_three_spellings_are_one_time() {
        for given in ["2026-11-20T09:14:07Z", "2026-11-20 09:14:07", "2026-11-20T10:14:07+01:00"] {
            let found = time(&json!({ "at": given }), "at");
            assert_eq!(found, Some(datetime!(2026-11-20 09:14:07 UTC)), "{given}");
        }
        for given in [json!(1_763_630_047), json!("yesterday"), json!(null), json!("")] {
            assert_eq!(time(&json!({ "at": given }), "at"), None);
        }
        assert_eq!(time(&json!({ "at": "9999-12-31T23:59:59-23:59" }), "at"), None);
    }

    #[test]
    fn what_is_of_another_type_is_not_there() {
        let object = json!({"number": 1, "empty": "", "true": "true", "false": false, "odd": "no"});
        assert_eq!(text(&object, "number"), None);
        assert_eq!(text(&object, "empty"), None);
        assert_eq!(text(&json!([1]), "number"), None);
        assert_eq!(flag(&object, "true"), Some(true));
        assert_eq!(flag(&object, "false"), Some(false));
        assert_eq!(flag(&object, "odd"), None);
        assert_eq!(texts(&json!(["a", 1, "b"])).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(texts(&json!("a")).collect::<Vec<_>>(), ["a"]);
        assert_eq!(bounded(&"é".repeat(3_000)).chars().count(), 2_048);
    }
}
