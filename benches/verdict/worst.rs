//! Policies as long as S3 takes them, built so that an engine that tries what it need not try takes
//! long: conditions that cover only together, long lists on both sides, patterns of many stars.

use serde_json::{Map, Value, json};

/// Bytes of the longest policy that S3 takes.
const LONGEST_BYTES: usize = 20_480;

const OWNER: &str = "111122223333";

const POINT: &str = "arn:aws:s3:eu-west-1:111122223333:accesspoint/lab";

/// Every case by its name, as a snapshot.
pub fn cases() -> Vec<(&'static str, Value)> {
    let mut cases = Vec::new();
    let mut add = |name, policy: Value| cases.push((name, snapshot(&policy)));
    // conditions that cover only together
    add("2^4 denies of 4 conditions, all cells", fill(every_cell));
    add("denies of 3 conditions, request tags", fill(|n| three_sat(n, "s3:RequestObjectTag/")));
    add("denies of 3 conditions, principal tags", fill(|n| three_sat(n, "aws:PrincipalTag/")));
    add("denies of 3 conditions, loose", fill(|n| few_of_three(n, "s3:RequestObjectTag/")));
    add("pigeons in too few holes, a key a place", fill(pigeon_places));
    add("pigeons in too few holes, a key a pigeon", fill(pigeon_values));
    add("intervals of numbers that close up", fill(intervals));
    add("intervals of time and texts, shifted", fill(deny_ladder));
    add("sets of values, any and all", fill(sets));
    // accounts
    add("hundreds of accounts, each with its deny", fill(account_each_denied));
    add("accounts named and denied by condition", fill(accounts_by_condition));
    add("all but hundreds of accounts, 20 allows", fill(all_but_accounts));
    add("roles by pattern, allowed and denied", fill(roles_by_pattern));
    add("an allow for each account", fill(allow_each));
    add("services by accounts they call for", fill(services_by_accounts));
    add("canonical users, a mixed deny", fill(canonical_users_denied));
    add("allows by organizations", fill(allows_by_organizations));
    add("an allow for each few organizations", fill(allow_few_organizations));
    add("organizations allowed, others denied", fill(organizations_on_both_sides));
    add("hundreds of services", fill(services));
    // patterns
    add("one resource of thousands of stars, denied", fill(long_globs));
    add("hundreds of resources of 20 stars", fill(many_globs));
    add("a resource of stars alone", fill(stars));
    add("long texts and long patterns", fill(long_texts));
    add("thousands of patterns of actions", fill(action_globs));
    add("all but thousands of patterns of actions", fill(but_action_globs));
    add("referers of many stars, allowed and denied", fill(like_values));
    // variables
    add("hundreds of variables, a key each", fill(variables));
    add("hundreds of variables in a chain", fill(variables_in_a_chain));
    add("one variable for hundreds of keys", fill(one_variable));
    add("one key for hundreds of variables", fill(variables_of_one_key));
    add("a statement for each variable", fill(statement_each_variable));
    add("hundreds of resources, a variable each", fill(resources_by_variable));
    add("thousands of variables in one text", fill(variables_in_a_text));
    // networks
    add("hundreds of networks on both sides", fill(networks));
    add("every /n of the internet in denies", fill(networks_each_denied));
    // inverted lists, and products
    add("NotPrincipal, NotAction, NotResource", fill(inverted));
    add("allows by denies", fill(products));
    add("allows by denies, of 4 keys each", fill(products_of_conditions));
    // an ACL beside
    cases.push(("100 grants, all but hundreds of endpoints", with_grants(&fill(but_endpoints))));
    // a second policy in front
    let behind = [products as fn(usize) -> Value, products_of_conditions, deny_ladder];
    for (name, behind) in [
        "access point before allows by denies",
        "access point before 4 keys each",
        "access point before a ladder of denies",
    ]
    .into_iter()
    .zip(behind)
    {
        cases.push((name, with_access_points(&fill(behind), 1)));
    }
    cases.push(("50 access points, ladders of denies", with_access_points(&fill(deny_ladder), 50)));
    cases
}

fn snapshot(policy: &Value) -> Value {
    json!({"Bucket": "bkt", "Account": OWNER, "Region": "eu-west-1", "Policy": policy})
}

/// The policy beside an ACL of as many grants as S3 takes, all to everyone.
fn with_grants(policy: &Value) -> Value {
    let everyone = "http://acs.amazonaws.com/groups/global/AllUsers";
    let grant = json!({"Permission": "READ", "Grantee": {"Type": "Group", "URI": everyone}});
    let mut snapshot = snapshot(policy);
    snapshot["Acl"] = json!({"Owner": {"ID": "owner"}, "Grants": vec![grant; 100]});
    snapshot
}

/// The same policy before the bucket as behind, and the bucket delegating.
fn with_access_points(policy: &Value, points: usize) -> Value {
    let own: Value = serde_json::from_str(
        &policy.to_string().replace("arn:aws:s3:::bkt", &format!("{POINT}/object")),
    )
    .unwrap();
    let mut snapshot = snapshot(policy);
    snapshot["AccessPoints"] = (0..points)
        .map(|point| {
            let name = format!("lab{point}");
            let own: Value = serde_json::from_str(
                &own.to_string().replace("accesspoint/lab", &format!("accesspoint/{name}")),
            )
            .unwrap();
            json!({"Name": name, "NetworkOrigin": "Internet", "Policy": own})
        })
        .collect();
    snapshot
}

/// The policy of the largest size that S3 takes.
fn fill(policy: impl Fn(usize) -> Value) -> Value {
    let fits = |size: usize| policy(size).to_string().len() <= LONGEST_BYTES;
    let (mut fitting, mut step) = (1, 1);
    while fits(fitting + step) {
        fitting += step;
        step *= 2;
    }
    while step > 0 {
        if fits(fitting + step) {
            fitting += step;
        }
        step /= 2;
    }
    policy(fitting)
}

fn policy(statements: impl IntoIterator<Item = Value>) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements.into_iter().collect::<Vec<_>>()})
}

fn statement(effect: &str, condition: Value) -> Value {
    let mut statement =
        json!({"Effect": effect, "Principal": "*", "Action": "s3:*", "Resource": "*"});
    if !condition.is_null() {
        statement["Condition"] = condition;
    }
    statement
}

fn allow() -> Value {
    statement("Allow", Value::Null)
}

fn account(index: usize) -> String {
    (200_000_000_000 + index).to_string()
}

/// A request in which `key` is `1` (`true`) or is not.
fn literals(literals: impl IntoIterator<Item = (String, bool)>) -> Value {
    let mut condition = json!({});
    for (key, is) in literals {
        condition[if is { "StringEquals" } else { "StringNotEquals" }][key] = json!("1");
    }
    condition
}

/// Numbers without a pattern, the same in every run.
fn numbers() -> impl FnMut(usize) -> usize {
    let mut state = 20_261_121_u64;
    move |below| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    }
}

/// Groups of four keys of which every combination but one is denied; the last group has that too.
fn every_cell(groups: usize) -> Value {
    let deny = |group: usize, cell: usize| {
        let literal =
            |bit: usize| (format!("s3:RequestObjectTag/{group}-{bit}"), cell >> bit & 1 == 1);
        statement("Deny", literals((0..4).map(literal)))
    };
    let cells =
        |group| (0..if group + 1 == groups { 16 } else { 15 }).map(move |cell| (group, cell));
    let denies = (0..groups).flat_map(cells).map(|(group, cell)| deny(group, cell));
    policy([allow()].into_iter().chain(denies))
}

/// As many denies of three conditions as make it hard to say whether any request is left.
fn three_sat(denies: usize, keys: &str) -> Value {
    clauses(denies, (denies * 100 / 426).max(3), keys)
}

/// So few denies for their keys that requests are left.
fn few_of_three(denies: usize, keys: &str) -> Value {
    clauses(denies, (denies * 100 / 350).max(3), keys)
}

fn clauses(denies: usize, keys: usize, prefix: &str) -> Value {
    let mut number = numbers();
    let denies = (0..denies).map(|_| {
        // three different ones
        let (first, one, other) = (number(keys), number(keys - 1) + 1, number(keys - 2) + 1);
        let other = if other >= one { other + 1 } else { other };
        let chosen = [first, (first + one) % keys, (first + other) % keys];
        let bits = number(8);
        let literal = |at: usize| (format!("{prefix}{}", chosen[at]), bits >> at & 1 == 1);
        statement("Deny", literals((0..3).map(literal)))
    });
    policy([allow()].into_iter().chain(denies))
}

/// A key for each pigeon and hole: denied unless each pigeon has one and none has two.
fn pigeon_places(pigeons: usize) -> Value {
    let holes = pigeons.max(2) - 1;
    let key = |pigeon: usize, hole: usize| format!("s3:RequestObjectTag/{pigeon}-{hole}");
    let homeless =
        (0..pigeons).map(|pigeon| literals((0..holes).map(|hole| (key(pigeon, hole), false))));
    let crowded = pairs(pigeons)
        .flat_map(|(one, other)| (0..holes).map(move |hole| (one, other, hole)))
        .map(|(one, other, hole)| literals([one, other].map(|pigeon| (key(pigeon, hole), true))));
    policy([allow()].into_iter().chain(homeless.chain(crowded).map(|c| statement("Deny", c))))
}

/// A key for each pigeon, the hole its value.
fn pigeon_values(pigeons: usize) -> Value {
    let holes: Vec<String> = (1..pigeons.max(2)).map(|hole| hole.to_string()).collect();
    let key = |pigeon: usize| format!("s3:RequestObjectTag/{pigeon}");
    let homeless = (0..pigeons).map(|pigeon| json!({"StringNotEquals": {key(pigeon): holes}}));
    let crowded = pairs(pigeons)
        .flat_map(|(one, other)| holes.iter().map(move |hole| (one, other, hole)))
        .map(|(one, other, hole)| json!({"StringEquals": {key(one): hole, key(other): hole}}));
    policy([allow()].into_iter().chain(homeless.chain(crowded).map(|c| statement("Deny", c))))
}

fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..count).flat_map(move |one| (one + 1..count).map(move |other| (one, other)))
}

fn intervals(count: usize) -> Value {
    let key = "s3:signatureAge";
    let denies = (0..count).map(|index| {
        statement(
            "Deny",
            json!({"NumericGreaterThanEquals": {key: (index * 10).to_string()},
                                 "NumericLessThan": {key: (index * 10 + 10).to_string()}}),
        )
    });
    let ends = [
        json!({"NumericLessThan": {key: "0"}}),
        json!({"Null": {key: "true"}}),
        json!({"NumericGreaterThanEquals": {key: (count * 10).to_string()}}),
    ];
    policy([allow()].into_iter().chain(denies).chain(ends.map(|end| statement("Deny", end))))
}

/// Allows that a ladder of denies by other values of one key leaves less and less of.
fn deny_ladder(rungs: usize) -> Value {
    let allows = (0..rungs).map(|_| allow());
    let denies = (0..rungs).map(|rung| {
        let values: Vec<String> = (rung..rung + 25).map(|value| format!("q{value}")).collect();
        statement("Deny", json!({"StringNotEquals": {"aws:Referer": values},
                                 "DateGreaterThan": {"aws:CurrentTime": format!("20{:02}-01-01T00:00:00Z", rung % 90 + 10)}}))
    });
    policy(allows.chain(denies))
}

fn sets(count: usize) -> Value {
    let values =
        |from: usize| (from..from + 8).map(|value| format!("v{value}")).collect::<Vec<_>>();
    let allows = (0..count).map(|at| {
        statement(
            "Allow",
            json!({"ForAnyValue:StringEquals": {"aws:TagKeys": values(at)},
                                  "ForAllValues:StringLike": {"aws:TagKeys": values(at + 4)}}),
        )
    });
    let denies = (0..count).map(|at| {
        statement(
            "Deny",
            json!({"ForAnyValue:StringLike": {"aws:TagKeys": format!("v{at}*")},
                                 "ForAllValues:StringNotEquals": {"aws:TagKeys": values(at + 1)}}),
        )
    });
    policy(allows.chain(denies))
}

fn account_each_denied(count: usize) -> Value {
    let mut named = allow();
    named["Principal"] = json!({"AWS": (0..count).map(account).collect::<Vec<_>>()});
    let denies = (0..count).map(|index| {
        let mut deny = statement("Deny", Value::Null);
        deny["Principal"] = json!({"AWS": account(index)});
        deny
    });
    policy([named].into_iter().chain(denies))
}

fn accounts_by_condition(count: usize) -> Value {
    let half = |from: usize| (from..from + count).map(account).collect::<Vec<_>>();
    let mut named = allow();
    named["Principal"] = json!({"AWS": half(0)});
    policy([
        named,
        statement("Allow", json!({"StringEquals": {"aws:PrincipalAccount": half(count / 2)}})),
        statement("Deny", json!({"StringNotEquals": {"aws:PrincipalAccount": half(count / 3)}})),
    ])
}

fn all_but_accounts(count: usize) -> Value {
    let deny = json!({"StringNotEquals": {"aws:PrincipalAccount": (0..count).map(account).collect::<Vec<_>>()}});
    policy((0..20).map(|_| allow()).chain([statement("Deny", deny)]))
}

fn roles_by_pattern(count: usize) -> Value {
    let roles = |from: usize| -> Vec<String> {
        (from..from + count)
            .map(|at| format!("arn:aws:iam::{}:role/*a*{at}*", account(at / 3)))
            .collect()
    };
    policy([
        statement("Allow", json!({"ArnLike": {"aws:PrincipalArn": roles(0)}})),
        statement("Allow", json!({"StringLike": {"aws:PrincipalArn": roles(count / 2)}})),
        statement("Deny", json!({"ArnNotLike": {"aws:PrincipalArn": roles(count / 3)}})),
    ])
}

fn allow_each(count: usize) -> Value {
    let allows = (0..count).map(|index| {
        let mut allow = allow();
        allow["Principal"] = json!({"AWS": format!("arn:aws:iam::{}:role/app", account(index))});
        allow["Resource"] = json!(format!("arn:aws:s3:::bkt/p{index}/*"));
        allow
    });
    let deny = statement("Deny", json!({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}));
    policy(allows.chain([deny]))
}

fn long_globs(stars: usize) -> Value {
    let (mut allow, mut deny) = (allow(), statement("Deny", Value::Null));
    allow["Resource"] = json!(format!("arn:aws:s3:::bkt/{}", "*a".repeat(stars)));
    deny.as_object_mut().unwrap().remove("Resource");
    deny["NotResource"] = json!(format!("arn:aws:s3:::bkt/{}", "*b".repeat(stars)));
    policy([allow, deny])
}

fn many_globs(count: usize) -> Value {
    let globs = |letter: &str| -> Vec<String> {
        (0..count)
            .map(|at| format!("arn:aws:s3:::bkt/{}{at}", format!("*{letter}").repeat(20)))
            .collect()
    };
    let (mut allow, mut deny) = (allow(), statement("Deny", Value::Null));
    (allow["Resource"], deny["Resource"]) = (json!(globs("a")), json!(globs("b")));
    policy([allow, deny])
}

fn stars(count: usize) -> Value {
    let mut allow = statement("Allow", json!({}));
    allow["Resource"] = "*".repeat(count).into();
    policy([allow])
}

fn long_texts(count: usize) -> Value {
    let referer = |text: String| json!({"aws:Referer": text});
    policy([
        statement("Allow", json!({"StringEquals": referer("a".repeat(2 * count))})),
        statement("Deny", json!({"StringLike": referer(format!("*{}b", "a".repeat(count)))})),
    ])
}

fn action_globs(count: usize) -> Value {
    let letter = |at: usize| char::from(b'a' + u8::try_from(at % 26).unwrap());
    let mut allow = statement("Allow", json!({}));
    allow["Action"] = (0..count).map(|at| format!("*{}*{}", letter(at), letter(at / 26))).collect();
    policy([allow])
}

fn but_action_globs(count: usize) -> Value {
    let mut policy = action_globs(count);
    let allow = policy["Statement"][0].as_object_mut().unwrap();
    let globs = allow.remove("Action").unwrap();
    allow.insert("NotAction".to_owned(), globs);
    policy
}

fn services_by_accounts(count: usize) -> Value {
    let accounts: Vec<String> = (0..count).map(account).collect();
    let services: Vec<String> = (0..count).map(|at| format!("s{at}.amazonaws.com")).collect();
    let mut allow = statement("Allow", json!({"StringEquals": {"aws:SourceAccount": accounts}}));
    allow["Principal"] = json!({"Service": services});
    policy([allow])
}

fn canonical_users_denied(count: usize) -> Value {
    let users: Vec<String> = (0..count).map(|at| format!("{at:064x}")).collect();
    let mut named: Vec<String> = (0..4 * count).map(account).collect();
    named.push("arn:aws:iam::444455556666:role/x".to_owned());
    let mut allow = statement("Allow", json!({}));
    allow["Principal"] = json!({"CanonicalUser": users});
    let mut deny = statement("Deny", json!({}));
    deny["Principal"] = json!({"AWS": named});
    policy([allow, deny])
}

fn allows_by_organizations(count: usize) -> Value {
    let ids: Vec<String> = (0..count).map(|at| format!("o-{at:010}")).collect();
    let deny = statement("Deny", json!({"StringNotEquals": {"aws:PrincipalOrgID": ids}}));
    let allows = (0..count / 2).map(|_| statement("Allow", json!({})));
    policy(allows.chain([deny]))
}

fn allow_few_organizations(count: usize) -> Value {
    policy((0..count).map(|at| {
        let ids: Vec<String> = (0..7).map(|of| format!("o-{:010}", 7 * at + of)).collect();
        statement("Allow", json!({"StringEquals": {"aws:PrincipalOrgID": ids}}))
    }))
}

fn organizations_on_both_sides(count: usize) -> Value {
    let list = |effect: &str, from: usize| {
        let ids: Vec<String> = (from..from + count).map(|at| format!("o-{at:x}")).collect();
        statement(effect, json!({"StringEquals": {"aws:PrincipalOrgID": ids}}))
    };
    policy([list("Allow", 0), list("Deny", count / 2)])
}

fn services(count: usize) -> Value {
    let mut allow = statement("Allow", json!({}));
    let names: Vec<String> = (0..count).map(|at| format!("{at:x}.amazonaws.com")).collect();
    allow["Principal"] = json!({"Service": names});
    policy([allow])
}

fn but_endpoints(count: usize) -> Value {
    let ids: Vec<String> = (0..count).map(|at| format!("vpce-{at:x}")).collect();
    policy([statement("Deny", json!({"StringNotEquals": {"aws:SourceVpce": ids}}))])
}

fn like_values(count: usize) -> Value {
    let globs = |letter: &str| -> Vec<String> {
        (0..count).map(|at| format!("{}{at}*", format!("*{letter}").repeat(10))).collect()
    };
    policy([
        statement("Allow", json!({"StringLike": {"aws:Referer": globs("a")}})),
        statement("Deny", json!({"StringNotLike": {"aws:Referer": globs("b")}})),
        statement("Deny", json!({"StringLike": {"aws:Referer": globs("c")}})),
    ])
}

/// One statement that asks `count` keys for what their variables mean, and another text of one.
fn variables_by(count: usize, variable: impl Fn(usize) -> String) -> Value {
    let key = |at: usize| format!("aws:PrincipalTag/a{at}");
    let asked: Map<String, Value> = (0..count).map(|at| (key(at), json!(variable(at)))).collect();
    policy([
        statement("Allow", json!({"StringLike": asked})),
        statement("Deny", json!({"StringNotEquals": {(key(0)): "z"}})),
    ])
}

fn variables(count: usize) -> Value {
    variables_by(count, |at| format!("${{aws:PrincipalTag/b{at}}}"))
}

fn variables_in_a_chain(count: usize) -> Value {
    variables_by(count, |at| format!("${{aws:PrincipalTag/a{}}}*", at + 1))
}

fn one_variable(count: usize) -> Value {
    variables_by(count, |_| "${aws:username}".to_owned())
}

fn variables_of_one_key(count: usize) -> Value {
    let list: Vec<String> = (0..count).map(|at| format!("${{aws:PrincipalTag/b{at}}}")).collect();
    policy([
        statement("Allow", json!({"StringEquals": {"aws:PrincipalTag/a": list}})),
        statement("Deny", json!({"StringNotLike": {"aws:PrincipalTag/a": "*z*"}})),
    ])
}

fn statement_each_variable(count: usize) -> Value {
    let asks = |at: usize| {
        json!({"StringEquals": {format!("aws:PrincipalTag/a{at}"):
        format!("${{aws:PrincipalTag/b{at}}}")}})
    };
    let of = |effect: &'static str| (0..count).map(move |at| statement(effect, asks(at)));
    policy(of("Allow").chain(of("Deny").skip(1)))
}

fn resources_by_variable(count: usize) -> Value {
    let resource =
        |at: usize| format!("arn:aws:s3:::clinic-reports/{at}/${{aws:PrincipalTag/a{at}}}/*");
    let mut allow = statement("Allow", json!({}));
    allow["Resource"] = (0..count).map(resource).collect();
    let mut deny = statement("Deny", json!({}));
    deny["Resource"] = (0..count).skip(1).map(resource).collect();
    policy([allow, deny])
}

fn variables_in_a_text(count: usize) -> Value {
    let all: Vec<String> = (0..count).map(|at| format!("${{a{at:x}}}")).collect();
    let text = all.concat();
    policy([statement("Allow", json!({"StringLike": {"aws:Referer": text}}))])
}

fn networks(count: usize) -> Value {
    let list = |from: usize, prefix: usize| -> Vec<String> {
        (from..from + count)
            .map(|at| format!("{}.{}.0.0/{prefix}", 11 + at / 256, at % 256))
            .collect()
    };
    policy([
        statement("Allow", json!({"IpAddress": {"aws:SourceIp": list(0, 16)}})),
        statement("Deny", json!({"NotIpAddress": {"aws:SourceIp": list(count / 2, 17)}})),
        statement("Deny", json!({"IpAddress": {"aws:SourceIp": list(count / 3, 18)}})),
    ])
}

fn networks_each_denied(count: usize) -> Value {
    let prefix = count.max(2).ilog2();
    let denies = (0..1_u32 << prefix).map(|at| {
        let address = std::net::Ipv4Addr::from(at << (32 - prefix));
        statement("Deny", json!({"IpAddress": {"aws:SourceIp": format!("{address}/{prefix}")}}))
    });
    policy([allow()].into_iter().chain(denies))
}

fn inverted(count: usize) -> Value {
    let list = |from: usize| -> Value {
        json!({
            "NotPrincipal": {"AWS": (from..from + count).map(account).collect::<Vec<_>>()},
            "NotAction": (from..from + count).map(|at| format!("s3:*{at}*")).collect::<Vec<_>>(),
            "NotResource": (from..from + count).map(|at| format!("arn:aws:s3:::bkt/*{at}*")).collect::<Vec<_>>(),
        })
    };
    let statements = ["Allow", "Deny", "Deny"].into_iter().zip([0, count / 2, count / 3]);
    policy(statements.map(|(effect, from)| {
        let mut statement = list(from);
        statement["Effect"] = json!(effect);
        statement
    }))
}

fn products(count: usize) -> Value {
    policy((0..count * 2).map(|at| {
        let effect = if at % 2 == 0 { "Allow" } else { "Deny" };
        let mut statement = statement(effect, Value::Null);
        statement["Resource"] = json!(format!("arn:aws:s3:::bkt/*{}/*", at / 2));
        statement["Principal"] = json!({"AWS": ["*", account(at)]});
        statement
    }))
}

fn products_of_conditions(count: usize) -> Value {
    policy((0..count * 2).map(|at| {
        let effect = if at % 2 == 0 { "Allow" } else { "Deny" };
        statement(effect, json!({
            "StringNotEquals": {"aws:Referer": format!("r{at}"), "aws:PrincipalAccount": account(at)},
            "StringLike": {"aws:UserAgent": format!("*{at}*")},
            "NotIpAddress": {"aws:SourceIp": format!("11.{}.0.0/16", at % 256)}}))
    }))
}
