//! The guardrail file as people write it: its tables, and the mistakes in it with their places.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;

use crate::bucket::AccountId;
use crate::guardrail::route::{Link, RouteTable, TagKey, TellingTable};
use crate::guardrail::value::{
    ActionGlob, BucketGlob, CanonicalUser, Checked, Day, ExemptClass, FromText, Globs, Network,
    Organization, PrincipalGlob, Text, Vpc, VpcEndpoint, Whole,
};
use crate::guardrail::{
    AccountRule, Contain, Exemption, FileError, Guardrail, Hold, Limits, Match, Mode, Rule,
    RuleAction, Threshold, Urgency,
};
use crate::iam::Access;
use crate::trust::Trust;

/// Bytes of the longest file that is read.
const LONGEST_BYTES: usize = 1_048_576;

impl Guardrail {
    /// Reads a guardrail file.
    ///
    /// # Errors
    ///
    /// [`FileError`] for bad TOML, an unknown key, a wrong type, a missing field, an impossible
    /// date, a value that can match nothing, or a name given twice.
    pub fn parse(text: &str) -> Result<Self, FileError> {
        if text.len() > LONGEST_BYTES {
            let reason = format!("the file is longer than {LONGEST_BYTES} bytes");
            return Err(FileError { line: 1, column: 1, reason });
        }
        let file: FileTable = read(text)?;
        no_name_twice(text, "rule", file.rules.iter().map(|rule| &rule.as_ref().name))?;
        no_name_twice(
            text,
            "account rule",
            file.account_rules.iter().map(|rule| &rule.as_ref().name),
        )?;
        no_name_twice(
            text,
            "exemption",
            file.exemptions.iter().map(|exemption| &exemption.as_ref().name),
        )?;
        Ok(Self {
            mode: file.mode.0,
            trust: file.trust.into(),
            rules: file
                .rules
                .into_iter()
                .map(|rule| rule_of(text, rule))
                .collect::<Result<_, _>>()?,
            exemptions: file
                .exemptions
                .into_iter()
                .map(|exemption| exemption_of(text, exemption.into_inner()))
                .collect::<Result<_, _>>()?,
            accounts: file
                .account_rules
                .into_iter()
                .map(|rule| account_rule_of(text, rule))
                .collect::<Result<_, _>>()?,
            episodes: file.episodes.into(),
            telling: TellingTable {
                owner_tag: file.owner_tag,
                runbook: file.runbook,
                account_names: file.account_names,
                routes: file.routes,
            }
            .read(text)?,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileTable {
    mode: Checked<Mode>,
    #[serde(default)]
    trust: TrustTable,
    #[serde(default)]
    rules: Vec<Spanned<RuleTable>>,
    #[serde(default)]
    exemptions: Vec<Spanned<ExemptionTable>>,
    #[serde(default)]
    account_rules: Vec<Spanned<AccountRuleTable>>,
    #[serde(default)]
    episodes: EpisodesTable,
    owner_tag: Option<Checked<TagKey>>,
    runbook: Option<Checked<Link>>,
    #[serde(default)]
    account_names: BTreeMap<Spanned<String>, Checked<Text>>,
    #[serde(default)]
    routes: Vec<Spanned<RouteTable>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct TrustTable {
    accounts: Vec<Checked<AccountId>>,
    organizations: Vec<Checked<Organization>>,
    canonical_users: Vec<Checked<CanonicalUser>>,
    networks: Vec<Checked<Network>>,
    vpcs: Vec<Checked<Vpc>>,
    vpc_endpoints: Vec<Checked<VpcEndpoint>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleTable {
    name: Spanned<Checked<Text>>,
    exposure: Checked<Threshold>,
    action: Checked<RuleAction>,
    urgency: Option<Checked<Urgency>>,
    contain: Option<Checked<Contain>>,
    hold_if_cuts: Option<HoldTable>,
    #[serde(default, rename = "match")]
    matches: MatchTable,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct HoldTable {
    accounts: Vec<Checked<AccountId>>,
    organizations: Vec<Checked<Organization>>,
    canonical_users: Vec<Checked<CanonicalUser>>,
    exempted: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountRuleTable {
    name: Spanned<Checked<Text>>,
    accounts: Option<Filled<Checked<AccountId>>>,
    action: Checked<RuleAction>,
    urgency: Checked<Urgency>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct EpisodesTable {
    keep_days: Option<Whole>,
    fight_after: Option<Whole>,
    fight_window_h: Option<Whole>,
    writes_per_hour: Option<Whole>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MatchTable {
    accounts: Option<Filled<Checked<AccountId>>>,
    buckets: Option<Filled<Checked<BucketGlob>>>,
    #[serde(default)]
    tags: BTreeMap<String, Globs>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExemptionTable {
    name: Spanned<Checked<Text>>,
    buckets: Filled<Checked<BucketGlob>>,
    accounts: Option<Filled<Checked<AccountId>>>,
    #[serde(default)]
    tags: BTreeMap<String, Globs>,
    exposure: Checked<ExemptClass>,
    access: Filled<Checked<Access>>,
    actions: Option<Filled<Checked<ActionGlob>>>,
    tag_setters: Option<Spanned<Filled<Checked<PrincipalGlob>>>>,
    owner: Checked<Text>,
    reason: Checked<Text>,
    expires: Day,
}

/// A list that is not empty: an empty one would be read as "all" by some and as "none" by others.
#[derive(Deserialize)]
#[serde(try_from = "Vec<T>")]
#[serde(bound = "T: DeserializeOwned")]
struct Filled<T>(Vec<T>);

impl<T> TryFrom<Vec<T>> for Filled<T> {
    type Error = &'static str;

    fn try_from(list: Vec<T>) -> Result<Self, Self::Error> {
        if list.is_empty() {
            Err("the list is empty and would match nothing, expected at least one value")
        } else {
            Ok(Self(list))
        }
    }
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, FileError> {
    toml::from_str(text).map_err(|error| at(text, error.span(), error.message()))
}

pub(super) fn at(text: &str, span: Option<Range<usize>>, reason: &str) -> FileError {
    let before = text.get(..span.map_or(0, |span| span.start)).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    FileError {
        line: before.matches('\n').count().saturating_add(1),
        column: line.chars().count().saturating_add(1),
        reason: reason.replace('\n', " "),
    }
}

pub(super) fn no_name_twice<'a>(
    text: &str,
    what: &str,
    names: impl Iterator<Item = &'a Spanned<Checked<Text>>>,
) -> Result<(), FileError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(&name.as_ref().0.0) {
            let reason = format!(
                "another {what} is named `{}` already, expected a name of its own",
                name.as_ref().0.0
            );
            return Err(at(text, Some(name.span()), &reason));
        }
    }
    Ok(())
}

fn rule_of(text: &str, rule: Spanned<RuleTable>) -> Result<Rule, FileError> {
    let span = rule.span();
    let rule = rule.into_inner();
    let urgency = match (rule.urgency, rule.action.0) {
        (Some(urgency), RuleAction::Ignore | RuleAction::Alert | RuleAction::Contain) => urgency.0,
        (None, RuleAction::Ignore) => Urgency::Low,
        (None, RuleAction::Alert | RuleAction::Contain) => {
            let reason = format!("missing field `urgency`, expected {}", Urgency::EXPECTED);
            return Err(at(text, Some(span), &reason));
        }
    };
    let given = rule.contain.is_some() || rule.hold_if_cuts.is_some();
    if given && rule.action.0 != RuleAction::Contain {
        let reason = "`contain` and `hold_if_cuts` say how to contain, expected `action = \
                      \"contain\"` beside them";
        return Err(at(text, Some(span), reason));
    }
    Ok(Rule {
        name: rule.name.into_inner().0.0,
        exposure: rule.exposure.0,
        action: rule.action.0,
        urgency,
        contain: rule.contain.map_or(Contain::All, |contain| contain.0),
        hold: rule.hold_if_cuts.unwrap_or_default().into(),
        matches: rule.matches.into(),
    })
}

fn account_rule_of(text: &str, rule: Spanned<AccountRuleTable>) -> Result<AccountRule, FileError> {
    let span = rule.span();
    let rule = rule.into_inner();
    if rule.action.0 == RuleAction::Ignore {
        let reason = "an account rule that ignores says nothing, expected `contain` or `alert`";
        return Err(at(text, Some(span), reason));
    }
    Ok(AccountRule {
        name: rule.name.into_inner().0.0,
        accounts: filled(rule.accounts, |account| account.0),
        action: rule.action.0,
        urgency: rule.urgency.0,
    })
}

impl From<MatchTable> for Match {
    fn from(table: MatchTable) -> Self {
        Self {
            accounts: filled(table.accounts, |account| account.0),
            buckets: filled(table.buckets, |bucket| bucket.0.0),
            tags: table.tags.into_iter().map(|(key, globs)| (key, globs.0)).collect(),
        }
    }
}

fn exemption_of(text: &str, table: ExemptionTable) -> Result<Exemption, FileError> {
    if let Some(setters) = table.tag_setters.as_ref().filter(|_| table.tags.is_empty()) {
        let reason = "`tag_setters` says whose tags count, expected `tags` beside it";
        return Err(at(text, Some(setters.span()), reason));
    }
    let matches =
        MatchTable { accounts: table.accounts, buckets: Some(table.buckets), tags: table.tags };
    Ok(Exemption {
        name: table.name.into_inner().0.0,
        matches: matches.into(),
        exposure: table.exposure.0.0,
        access: filled(Some(table.access), |access| access.0),
        actions: filled(table.actions, |action| action.0.0),
        tag_setters: filled(table.tag_setters.map(Spanned::into_inner), |arn| arn.0.0),
        owner: table.owner.0.0,
        reason: table.reason.0.0,
        expires: table.expires.0,
    })
}

impl From<HoldTable> for Hold {
    fn from(table: HoldTable) -> Self {
        Self {
            accounts: table.accounts.into_iter().map(|account| account.0).collect(),
            organizations: table.organizations.into_iter().map(|id| id.0.0).collect(),
            canonical_users: table.canonical_users.into_iter().map(|id| id.0.0).collect(),
            exempted: table.exempted,
        }
    }
}

impl From<EpisodesTable> for Limits {
    fn from(table: EpisodesTable) -> Self {
        let built_in = Self::default();
        let or = |given: Option<Whole>, built_in: u16| given.map_or(built_in, |given| given.0);
        Self {
            keep_days: or(table.keep_days, built_in.keep_days),
            fight_after: or(table.fight_after, built_in.fight_after),
            fight_window_h: or(table.fight_window_h, built_in.fight_window_h),
            writes_per_hour: or(table.writes_per_hour, built_in.writes_per_hour),
        }
    }
}

impl From<TrustTable> for Trust {
    fn from(table: TrustTable) -> Self {
        Self {
            accounts: table.accounts.into_iter().map(|account| account.0).collect(),
            organizations: table.organizations.into_iter().map(|id| id.0.0).collect(),
            canonical_users: table.canonical_users.into_iter().map(|id| id.0.0).collect(),
            networks: table.networks.into_iter().map(|network| network.0.0).collect(),
            vpcs: table.vpcs.into_iter().map(|id| id.0.0).collect(),
            vpc_endpoints: table.vpc_endpoints.into_iter().map(|id| id.0.0).collect(),
        }
    }
}

fn filled<T, U>(list: Option<Filled<T>>, value: impl Fn(T) -> U) -> Vec<U> {
    list.into_iter().flat_map(|list| list.0).map(value).collect()
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use crate::exposure::Class;
    use crate::guardrail::{
        Contain, DEFAULT, Guardrail, Limits, Mode, RuleAction, Threshold, Urgency,
    };
    use crate::iam::{Access, Glob};

    const CONTRACT: &str = r#"
mode = "enforce"

[trust]
accounts        = ["444455556666"]
organizations   = ["o-exampleorgid"]
canonical_users = []
networks        = ["198.51.100.0/24"]
vpcs            = []
vpc_endpoints   = []

[[rules]]
name     = "nothing is open to the world"
exposure = "authenticated"
action   = "contain"
urgency  = "high"

[[rules]]
name     = "patient data is shared with nobody unseen"
exposure = "external"
action   = "alert"
urgency  = "high"
match    = { accounts = ["111122223333"], buckets = ["clinic-*"], tags = { data-class = "phi" } }

[[exemptions]]
name     = "clinic website"
buckets  = ["www-clinic"]
exposure = "anonymous"
access   = ["read"]
owner    = "web-team@example.com"
reason   = "public website, approved in SEC-112"
expires  = 2027-01-31
"#;

    #[test]
    fn the_file_of_the_contract_is_read() {
        let guardrail = Guardrail::parse(CONTRACT).unwrap();
        assert_eq!(guardrail.mode, Mode::Enforce);
        assert_eq!(guardrail.trust.networks.len(), 1);
        assert_eq!(guardrail.trust.accounts.len(), 1);
        assert_eq!(guardrail.rules[0].exposure, Threshold::AtLeast(Class::Authenticated));
        let second = &guardrail.rules[1];
        assert_eq!((second.action, second.urgency), (RuleAction::Alert, Urgency::High));
        assert_eq!(second.matches.buckets, [Glob::new("clinic-*")]);
        assert_eq!(second.matches.tags["data-class"], [Glob::new("phi")]);
        let exemption = &guardrail.exemptions[0];
        assert_eq!(exemption.expires, date!(2027 - 01 - 31));
        assert_eq!(exemption.access, [Access::Read]);
        assert_eq!(exemption.exposure, Class::Anonymous);
        assert!(exemption.actions.is_empty());
    }

    #[test]
    fn the_built_in_file_is_read() {
        let guardrail = Guardrail::parse(DEFAULT).unwrap();
        assert_eq!(guardrail.mode, Mode::Notify);
        let asked: Vec<_> =
            guardrail.rules.iter().map(|rule| (rule.exposure, rule.action)).collect();
        assert_eq!(
            asked,
            [
                (Threshold::AtLeast(Class::Authenticated), RuleAction::Contain),
                (Threshold::AtLeast(Class::External), RuleAction::Alert),
                (Threshold::Unknown, RuleAction::Alert),
            ]
        );
        assert!(guardrail.exemptions.is_empty());
    }

    #[test]
    fn the_examples_in_the_built_in_file_are_right() {
        let uncommented = |from: &str| {
            let lines = DEFAULT.get(DEFAULT.find(from).unwrap()..).unwrap().lines();
            let lines = lines.map_while(|line| line.strip_prefix('#'));
            lines.map(str::trim_start).collect::<Vec<_>>().join("\n")
        };
        let rule = uncommented("# [[rules]]\n");
        let held = uncommented("# [[rules]]\n# name         = ");
        let account_rule = uncommented("# [[account_rules]]\n");
        let exemption = uncommented("# [[exemptions]]\n");
        let by_tags = uncommented("# tags        = ");
        let text = format!("{DEFAULT}\n{rule}\n{held}\n{account_rule}\n{exemption}\n{by_tags}");
        let guardrail = Guardrail::parse(&text).unwrap();
        assert_eq!((guardrail.rules.len(), guardrail.exemptions.len()), (5, 1));
        let held = &guardrail.rules[4];
        assert_eq!(held.contain, Contain::ByCause);
        assert!(held.hold.exempted && held.hold.accounts.len() == 1);
        assert_eq!(guardrail.accounts[0].action, RuleAction::Contain);
        assert_eq!(guardrail.exemptions[0].tag_setters.len(), 1);
        assert_eq!(guardrail.episodes, Limits::default());
    }

    /// The contract's file with `from` replaced, and the error that it gives.
    fn error(from: &str, to: &str) -> String {
        assert!(CONTRACT.contains(from), "{from}");
        Guardrail::parse(&CONTRACT.replacen(from, to, 1)).unwrap_err().to_string()
    }

    /// What is replaced in the contract's file, with what, and the error.
    const MISTAKES: &[(&str, &str, &str)] = &[
        (
            r#""enforce""#,
            r#""enforced""#,
            "line 2, column 8: `enforced` is not a mode, expected `observe`, `notify` or \
                 `enforce`",
        ),
        (
            r#""enforce""#,
            "true",
            "line 2, column 8: invalid type: boolean `true`, expected `observe`, `notify` or \
                 `enforce`",
        ),
        ("[trust]", "[[trust", "line 4, column 8: unclosed array table, expected `]]`"),
        (
            "[trust]",
            "dry_run = true\n[trust]",
            "line 4, column 1: unknown field `dry_run`, expected one of `mode`, `trust`, \
                 `rules`, `exemptions`, `account_rules`, `episodes`, `owner_tag`, `runbook`, \
                 `account_names`, `routes`",
        ),
        (
            r#"["444455556666"]"#,
            r#"["444455556666", "4444"]"#,
            "line 5, column 36: `4444` is not an account id, expected 12 digits in quotes, \
                 such as \"111122223333\"",
        ),
        (
            r#"["444455556666"]"#,
            "[444455556666]",
            "line 5, column 20: invalid type: integer `444455556666`, expected 12 digits in \
                 quotes, such as \"111122223333\"",
        ),
        (
            "198.51.100.0/24",
            "198.51.100.7/33",
            "line 8, column 20: `198.51.100.7/33` is not an address range, expected an \
                 address range such as `198.51.100.0/24`",
        ),
        (
            "198.51.100.0/24",
            "198.51.100.7/24",
            "line 8, column 20: `198.51.100.7/24` is not the start of a range, expected an \
                 address range such as `198.51.100.0/24`",
        ),
        (
            "198.51.100.0/24",
            "0.0.0.0/0",
            "line 8, column 20: `0.0.0.0/0` is wider than anybody's own /8, expected an \
                 address range such as `198.51.100.0/24`",
        ),
        (
            "o-exampleorgid",
            "exampleorgid",
            "line 6, column 20: `exampleorgid` is not an organization id, expected an \
                 organization id such as `o-exampleorgid`",
        ),
        (
            "vpc_endpoints   = []",
            r#"vpc_endpoints = ["vpc-1"]"#,
            "line 10, column 18: `vpc-1` is not a VPC endpoint id, expected a VPC endpoint \
                 id such as `vpce-0a1b2c3d`",
        ),
        (
            r#""authenticated""#,
            r#""none""#,
            "line 14, column 12: `none` lets nobody in and would match nothing, expected \
                 `anonymous`, `authenticated`, `external`, `trusted` or `unknown`",
        ),
        (
            r#"urgency  = "high""#,
            "",
            "line 12, column 1: missing field `urgency`, expected `high` or `low`",
        ),
        (r#"action   = "contain""#, "", "line 12, column 1: missing field `action`"),
        (
            "buckets = [\"clinic-*\"]",
            "buckets = []",
            "line 23, column 53: the list is empty and would match nothing, expected at \
                 least one value",
        ),
        (
            "buckets = [\"clinic-*\"]",
            "bucket = \"clinic\"",
            "line 23, column 43: unknown field `bucket`, expected one of `accounts`, \
                 `buckets`, `tags`",
        ),
        (
            "data-class = \"phi\"",
            "data-class = []",
            "line 23, column 89: the list is empty, expected at least one value",
        ),
        (
            "\"patient data is shared with nobody unseen\"",
            "\"nothing is open to the world\"",
            "line 19, column 12: another rule is named `nothing is open to the world` \
                 already, expected a name of its own",
        ),
        (
            "\"www-clinic\"",
            "\"arn:aws:s3:::www-clinic\"",
            "line 27, column 13: `arn:aws:s3:::www-clinic` matches no bucket, expected a \
                 bucket name or a glob, such as `clinic-*`",
        ),
        (
            r#"access   = ["read"]"#,
            r#"access   = ["read", "delete"]"#,
            "line 29, column 21: `delete` is not an access level, expected `list`, `read`, \
                 `write`, `tagging` or `permissions`",
        ),
        (
            r#"access   = ["read"]"#,
            "access = [\"read\"]\nactions = [\"GetObject\"]",
            "line 30, column 12: `GetObject` matches no action that S3 can grant, expected \
                 an action or a glob, such as `s3:GetObject`",
        ),
        (
            r#"exposure = "anonymous""#,
            r#"exposure = "unknown""#,
            "line 28, column 12: what is unknown cannot be exempted, expected `anonymous`, \
                 `authenticated`, `external` or `trusted`",
        ),
        (
            "\"public website, approved in SEC-112\"",
            "\" \"",
            "line 31, column 12: the text is empty, expected some words for people",
        ),
        (
            "2027-01-31",
            "2027-02-30",
            "line 32, column 12: invalid date, expected day between 01 and 28",
        ),
        (
            "2027-01-31",
            "\"2027-01-31\"",
            "line 32, column 12: not a date, expected a date without quotes or time, such as \
                 2027-01-31",
        ),
        (
            "2027-01-31",
            "2027-01-31T00:00:00Z",
            "line 32, column 12: `2027-01-31T00:00:00Z` has a time, expected a date without \
                 quotes or time, such as 2027-01-31",
        ),
        ("expires  = 2027-01-31", "", "line 25, column 1: missing field `expires`"),
        (
            "[trust]",
            "[episodes]\nfight_after = 0\n[trust]",
            "line 5, column 15: `0` is out of range, expected 1 to 3650",
        ),
        (
            "\"contain\"",
            "\"contain\"\ncontain = \"some\"",
            "line 16, column 11: `some` is not a way to contain, expected `all` or `by-cause`",
        ),
        (
            "\"alert\"",
            "\"alert\"\nhold_if_cuts = { exempted = true }",
            "line 18, column 1: `contain` and `hold_if_cuts` say how to contain, expected `action = \
             \"contain\"` beside them",
        ),
        (
            "expires  = 2027-01-31",
            "expires  = 2027-01-31\ntag_setters = [\"arn:aws:iam::111122223333:role/x\"]",
            "line 33, column 15: `tag_setters` says whose tags count, expected `tags` beside it",
        ),
        (
            "[[exemptions]]",
            "[[account_rules]]\nname = \"a\"\naction = \"ignore\"\nurgency = \"low\"\n[[exemptions]]",
            "line 25, column 1: an account rule that ignores says nothing, expected `contain` or \
             `alert`",
        ),
    ];

    #[test]
    fn every_mistake_is_refused_with_its_place_and_what_was_expected() {
        for (from, to, expected) in MISTAKES {
            assert_eq!(&error(from, to), expected, "{from} -> {to}");
        }
    }

    #[test]
    fn an_exemption_named_twice_is_refused() {
        let (_, exemption) = CONTRACT.split_once("[[exemptions]]").unwrap();
        let text = format!("{CONTRACT}[[exemptions]]{exemption}");
        let error = Guardrail::parse(&text).unwrap_err();
        assert_eq!((error.line, error.column), (34, 12));
        assert!(error.reason.contains("`clinic website` already"), "{error}");
    }

    #[test]
    fn columns_count_characters() {
        let text = "mode = \"notify\"\ntrust = { \"äöü\" = 1 }";
        let error = Guardrail::parse(text).unwrap_err();
        assert_eq!((error.line, error.column), (2, 11));
        let text = "mode = \"notify\" # äöü\nrules = [{ name = \"ä\", exposure = \"x\" }]";
        assert_eq!(Guardrail::parse(text).unwrap_err().column, 35);
    }

    #[test]
    fn urgency_of_a_rule_that_ignores_may_be_left_out() {
        let text = "mode = \"notify\"\n[[rules]]\nname = \"a\"\nexposure = \"unknown\"\n\
                    action = \"ignore\"";
        assert_eq!(Guardrail::parse(text).unwrap().rules[0].urgency, Urgency::Low);
    }

    #[test]
    fn a_file_out_of_all_bounds_is_refused() {
        let text = format!("mode = \"notify\"\n#{}", "x".repeat(super::LONGEST_BYTES));
        assert!(Guardrail::parse(&text).unwrap_err().reason.contains("longer than"));
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_written_nothing_panics(
            at in 0..CONTRACT.len(), with in "[\\x00-\u{2ff}]{0,3}",
        ) {
            let mut text = CONTRACT.to_owned();
            text.replace_range(at..=at, &with);
            if let Err(error) = Guardrail::parse(&text) {
                proptest::prop_assert!(error.line >= 1 && error.column >= 1);
                proptest::prop_assert!(!error.reason.is_empty() && !error.reason.contains('\n'));
            }
        }
    }
}
