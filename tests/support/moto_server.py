"""moto as the AWS of the tests, on a port of its own choice, which it prints.

Where moto 5.2.1 answers unlike AWS, it is brought closer here:
- S3 Control: the answer's root is `...Result`;
- GetBucketPolicyStatus: 501, as of an S3 that lacks it;
- a bucket of another Region: 301 with its Region;
- `x-amz-expected-bucket-owner` that is not the owner: 403;
- ListBuckets: pages, and each bucket's Region;
- a request without a signature: 403;
- CloudTrail's LookupEvents: an empty history.

An access key is four letters and the account's twelve digits. Keys that begin with `TEST` are the
tests' own: what they do is neither recorded nor disturbed.

Beside AWS, for the tests:
- GET  /_test/requests?account=N   what the function of that account asked, in order
- POST /_test/faults               a list of answers to give instead; a fault has `account`,
                                   `action`, and `code`, `message`, `status`, `headers`, `body`;
                                   with `times` it ends after so many
- POST /_test/pages                {"account", "size"}: buckets in one page of ListBuckets
- POST /_test/hold                 {"account", "at", "after"}: the request number `at` of that account
                                   from now on is not answered, before it takes effect or after
- GET  /_test/held?account=N       whether that request has come
- POST /_test/matching             {"patterns", "event"}: names of the patterns that it matches

What Terraform needs beside that is in `moto_infra.py`.

It ends when its standard input does.
"""

import io
import json
import os
import re
import sys
import threading
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

try:
    from moto.moto_server.werkzeug_app import (
        DomainDispatcherApplication,
        create_backend_app,
    )
    from moto.s3.models import s3_backends
    from moto_infra import closer, matching
    from werkzeug.serving import WSGIRequestHandler, make_server
except ImportError as error:
    sys.exit(f"moto is not there ({error}); run tests/setup first")

CONTROL = "/v20180820/"
CREDENTIAL = re.compile(r"Credential=(\w+)/\d+/([\w-]+)/([\w-]+)/aws4_request")
ROOT = re.compile(rb"(</?)(?!Error)(\w+)Response(?=[\s>])")

# what IAM calls a read or a write of a bucket's subresource, where it is not the API's name
BUCKET_ACTIONS = {
    "acl": "BucketAcl",
    "policy": "BucketPolicy",
    "policyStatus": "BucketPolicyStatus",
    "publicAccessBlock": "BucketPublicAccessBlock",
    "ownershipControls": "BucketOwnershipControls",
    "tagging": "BucketTagging",
    "website": "BucketWebsite",
}
VERBS = {"GET": "Get", "HEAD": "Get", "PUT": "Put", "DELETE": "Delete", "POST": "Post"}


class Requests:
    """What was asked, and what is to be answered instead of the truth."""

    def __init__(self):
        self.lock = threading.Lock()
        self.seen = []
        self.faults = []
        self.page_sizes = {}
        self.holds = {}

    def record(self, request):
        with self.lock:
            self.seen.append(request)

    def of(self, account):
        with self.lock:
            return [request for request in self.seen if request["account"] == account]

    def held(self, request):
        """The hold on this very request, where there is one."""
        with self.lock:
            hold = self.holds.get(request["account"])
            if not hold or hold["held"]:
                return None
            hold["at"] -= 1
            return hold if hold["at"] < 0 else None

    def fault(self, request):
        with self.lock:
            for fault in self.faults:
                asked = all(request[key] == fault[key] for key in ("account", "action"))
                about = request["path"].startswith(fault.get("path", "/"))
                if asked and about and fault.get("times", 1) > 0:
                    if "times" in fault:
                        fault["times"] -= 1
                    return fault
        return None


requests = Requests()
moto = DomainDispatcherApplication(create_backend_app)


def application(environ, start_response):
    size = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(size) if size else b""
    environ["wsgi.input"] = io.BytesIO(body)
    if environ["PATH_INFO"].startswith("/_test/"):
        answer = steer(environ, body)
    else:
        answer = aws(environ, body)
    status, headers, body = answer
    headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
    if not status.startswith("204"):
        headers.append(("Content-Length", str(len(body))))
    start_response(status, headers)
    return [body]


def steer(environ, body):
    """The tests' own paths."""
    name = environ["PATH_INFO"].removeprefix("/_test/")
    if name == "requests":
        account = parse_qs(environ["QUERY_STRING"])["account"][0]
        return json_answer(requests.of(account))
    if name == "held":
        account = parse_qs(environ["QUERY_STRING"])["account"][0]
        return json_answer(requests.holds[account]["held"])
    given = json.loads(body)
    if name == "matching":
        return json_answer(matching(given["patterns"], given["event"]))
    with requests.lock:
        if name == "faults":
            requests.faults.extend(given)
        elif name == "hold":
            requests.holds[given["account"]] = {**given, "held": False}
        elif name == "pages":
            requests.page_sizes[given["account"]] = given["size"]
        else:
            return error(404, "NoSuchPath", name)
    return json_answer({})


def aws(environ, body):
    signed = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    if not signed:
        return error(403, "MissingAuthenticationToken", "Request is missing a signature")
    key, region, service = signed.groups()
    account = account_of(environ, key)
    request = {
        "account": account,
        "action": action(environ, service, body),
        "service": service,
        "region": region,
        "method": environ["REQUEST_METHOD"],
        "path": environ["PATH_INFO"].rstrip("/") or "/",
        "query": environ.get("QUERY_STRING", ""),
        "expected_owner": environ.get("HTTP_X_AMZ_EXPECTED_BUCKET_OWNER"),
        "body": body.decode("utf-8", "replace"),
    }
    if not key.startswith("TEST"):
        requests.record(request)
        hold = requests.held(request)
        if hold:
            if hold["after"]:
                unlike_moto(request) or ask_moto(environ, request, body)
            hold["held"] = True
            # whoever asked is killed meanwhile
            threading.Event().wait(30)
            return error(503, "Held", "the test held this request")
        fault = requests.fault(request)
        if fault:
            return injected(fault, request)
    return unlike_moto(request) or ask_moto(environ, request, body)


def account_of(environ, key):
    """The account of an access key: its digits, or whom moto's STS gave it to."""
    digits = re.fullmatch(r"[A-Z]{4}(\d{12})", key)
    if digits:
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = digits[1]
        return digits[1]
    from moto.iam.models import get_account_id_from

    return get_account_id_from(key)


def action(environ, service, body):
    """The IAM action that the request needs."""
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    verb = VERBS[method]
    if service != "s3":
        named = re.search(r"(?:^|&)Action=(\w+)", body.decode("utf-8", "replace"))
        target = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        return f"{service}:{named[1] if named else target}"
    if path.startswith(CONTROL):
        return control_action(verb, path.removeprefix(CONTROL).strip("/"))
    bucket, _, key = path.strip("/").partition("/")
    asked = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    if not bucket:
        return "s3:ListAllMyBuckets"
    if key:
        return f"s3:{verb}Object" + ("Acl" if "acl" in asked else "")
    for subresource, name in BUCKET_ACTIONS.items():
        if subresource in asked:
            return f"s3:{verb}{name}"
    return "s3:ListBucket" if verb == "Get" else f"s3:{verb}Bucket"


def control_action(verb, path):
    if path == "configuration/publicAccessBlock":
        return f"s3:{verb}AccountPublicAccessBlock"
    if path == "accesspoint":
        return "s3:ListAccessPoints"
    if path.endswith("/policy"):
        return f"s3:{verb}AccessPointPolicy"
    return f"s3:{verb}AccessPoint"


def injected(fault, request):
    message = (
        f"User: arn:aws:sts::{request['account']}:assumed-role/s3-guardrail/s3-guardrail is not "
        f"authorized to perform: {request['action']} because no identity-based policy allows the "
        f"{request['action']} action"
    )
    headers = list(fault.get("headers", {}).items())
    if "body" in fault:
        return line(fault.get("status", 200)), headers, fault["body"].encode()
    status, code = fault.get("status", 403), fault.get("code", "AccessDenied")
    message = fault.get("message", message)
    if request["service"] == "s3" and not request["path"].startswith(CONTROL):
        return error(status, code, message, headers)
    return wrapped_error(status, code, message)


def unlike_moto(request):
    """What AWS would answer before it looks any further."""
    if request["action"] == "cloudtrail:LookupEvents":
        return json_answer({"Events": []})
    if request["service"] != "s3" or request["path"].startswith(CONTROL):
        return None
    if request["action"] == "s3:ListAllMyBuckets":
        return bucket_list(request)
    name = request["path"].strip("/").partition("/")[0]
    owner = s3_backends.bucket_accounts.get(name)
    if owner:
        partition, account = owner
        region = s3_backends[account][partition].buckets[name].region_name
        if region != request["region"]:
            headers = [("x-amz-bucket-region", region)]
            message = "The bucket must be addressed using the specified endpoint."
            return error(301, "PermanentRedirect", message, headers)
        if request["expected_owner"] not in (None, account):
            return error(403, "AccessDenied", "Access Denied")
    if request["action"] == "s3:GetBucketPolicyStatus":
        return error(501, "NotImplemented", "GetBucketPolicyStatus is not implemented")
    return None


def bucket_list(request):
    asked = parse_qs(request["query"])
    prefix = asked.get("prefix", [""])[0]
    after = asked.get("continuation-token", [""])[0]
    size = int(asked.get("max-buckets", ["10000"])[0])
    size = min(size, requests.page_sizes.get(request["account"], size))
    buckets = s3_backends[request["account"]]["aws"].buckets
    names = sorted(name for name in buckets if name.startswith(prefix) and name > after)
    shown = "".join(
        f"<Bucket><Name>{name}</Name><CreationDate>2026-01-01T00:00:00.000Z</CreationDate>"
        f"<BucketRegion>{buckets[name].region_name}</BucketRegion></Bucket>"
        for name in names[:size]
    )
    more = len(names) > size
    token = f"<ContinuationToken>{names[size - 1]}</ContinuationToken>" if more else ""
    body = f"<ListAllMyBucketsResult><Buckets>{shown}</Buckets>{token}</ListAllMyBucketsResult>"
    return line(200), [("Content-Type", "application/xml")], body.encode()


def ask_moto(environ, request, asked):
    kept = {}
    chunks = moto(environ, lambda status, headers, _=None: kept.update(s=status, h=headers))
    body = b"".join(chunks)
    if request["path"].startswith(CONTROL):
        body = ROOT.sub(rb"\1\2Result", body)
    if kept["s"].startswith("200"):
        body = closer(request, asked, body)
    return kept["s"], kept["h"], body


def error(status, code, message, headers=()):
    body = f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
    return line(status), [("Content-Type", "application/xml"), *headers], body.encode()


def wrapped_error(status, code, message):
    body = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{escape(code)}</Code>"
        f"<Message>{escape(message)}</Message></Error></ErrorResponse>"
    )
    return line(status), [("Content-Type", "text/xml")], body.encode()


def json_answer(value):
    return line(200), [("Content-Type", "application/json")], json.dumps(value).encode()


def line(status):
    return f"{status} Test"


class Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *_):
        pass


def main():
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
