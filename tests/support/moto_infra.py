"""What `infra/` needs of moto beyond what it does by itself.

Where moto 5.2.1 answers Terraform unlike AWS, it is brought closer here:
- GetQueueAttributes: a RedrivePolicy without spaces, as it was given;
- GetTopicAttributes: the SignatureVersion that was set;
- DescribeStackSet: the AutoDeployment and the Capabilities that were given;
- DeleteStackInstances: those of a unit's accounts are deleted;
- a rule that has a schedule and no pattern takes no events;
- nothing is sent to https subscribers, which are not there;
- EventBridge's TestEventPattern, which moto lacks: moto's own matching of rules answers;
- a message stays in its queue for the tests to take: moto would run the function in a container.
"""

import json
import re
from urllib.parse import parse_qs

from moto.cloudformation.models import StackInstances
from moto.events.models import EventPattern, EventPatternParser, Rule
from moto.sns.models import Subscription, sns_backends
from moto.sqs.models import Queue

Queue.lambda_event_source_mappings = property(lambda _: {}, lambda _, __: None)

stack_sets = {}
delete_of_accounts = StackInstances.delete
send_to_targets = Rule.send_to_targets
publish = Subscription.publish


def delete_of_units(self, accounts, regions):
    delete_of_accounts(self, accounts or {one.account_id for one in self.stack_instances}, regions)


def send_what_matches(self, *event, **more):
    if self.event_pattern.get_pattern():
        send_to_targets(self, *event, **more)


def publish_nearby(self, *message, **more):
    if self.protocol != "https":
        publish(self, *message, **more)


StackInstances.delete = delete_of_units
Rule.send_to_targets = send_what_matches
Subscription.publish = publish_nearby


def closer(request, asked, body):
    """The answer `body` to what was `asked` as AWS would give it."""
    if request["action"] == "sqs:GetQueueAttributes":
        return compact_redrive_policy(body)
    if request["action"] == "sns:GetTopicAttributes":
        arn = parse_qs(asked.decode())["TopicArn"][0]
        topic = sns_backends[request["account"]][request["region"]].topics[arn]
        return with_signature_version(body, getattr(topic, "signature_version", None))
    if request["action"] == "cloudformation:CreateStackSet":
        form = parse_qs(asked.decode())
        stack_sets[request["account"], form["StackSetName"][0]] = form
    if request["action"] == "cloudformation:DescribeStackSet":
        name = parse_qs(asked.decode())["StackSetName"][0]
        return with_deployment(body, stack_sets[request["account"], name])
    return body


def compact_redrive_policy(body):
    answer = json.loads(body)
    attributes = answer.get("Attributes", {})
    if "RedrivePolicy" in attributes:
        policy = json.loads(attributes["RedrivePolicy"])
        attributes["RedrivePolicy"] = json.dumps(policy, separators=(",", ":"), sort_keys=True)
    return json.dumps(answer).encode()


def with_signature_version(body, version):
    if version is None:
        return body
    entry = f"<entry><key>SignatureVersion</key><value>{version}</value></entry></Attributes>"
    return re.sub(rb"</Attributes>", entry.encode(), body)


def with_deployment(body, form):
    given = {name.partition(".")[2]: values[0] for name, values in form.items()}
    auto = "".join(
        f"<{name}>{given[name]}</{name}>" for name in ("Enabled", "RetainStacksOnAccountRemoval")
    )
    capabilities = f"<member>{form['Capabilities.member.1'][0]}</member>"
    body = re.sub(rb"<(AutoDeployment|Capabilities)>.*?</\1>|<(Capabilities) ?/>", b"", body)
    added = f"<AutoDeployment>{auto}</AutoDeployment><Capabilities>{capabilities}</Capabilities>"
    return re.sub(rb"</StackSet>", added.encode() + b"</StackSet>", body)


def matching(patterns, event):
    """The names of the `patterns` that `event` matches."""
    parsed = {name: EventPatternParser(pattern).parse() for name, pattern in patterns.items()}
    return [
        name
        for name, pattern in parsed.items()
        if EventPattern(None, pattern).matches_event(event)
    ]
