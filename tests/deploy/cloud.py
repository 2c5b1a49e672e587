"""A stand-in for gcloud that keeps a project in a file: what `deploy.sh` may find, make, change and remove.

It answers as gcloud does where the script looks: an absent thing is NOT_FOUND, a second one is ALREADY_EXISTS, and
a reference to what is not there is refused. `CLOUD` names the folder of its state; it is a program of the standard
library alone, so that a run of the script, which calls it a hundred times, takes a second or two. For the same reason
its state is marshalled: to import json takes longer than all that it does.
"""

import marshal
import os
import sys

NUMBER = "123456789012"
POLICIES = "alpha monitoring policies"
ALWAYS_ON = ("auth", "projects", "services")
API_OF = {
    "iam": "iam",
    "secrets": "secretmanager",
    "functions": "cloudfunctions",
    "run": "run",
    "tasks": "cloudtasks",
    "scheduler": "cloudscheduler",
    "logging": "logging",
    "beta": "monitoring",
    "alpha": "monitoring",
    "monitoring": "monitoring",
    "storage": "storage",
}


class Refused(Exception):
    """What gcloud says on stderr before it exits with 1."""


def read(path):
    """A file's text; empty where there is none."""
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text, mode="w"):
    with open(path, mode, encoding="utf-8") as file:
        file.write(text)


def message(call, flag):
    """What stands in the file that a flag names."""
    import json

    return json.loads(read(call.flags[flag]))


class Cloud:
    """The project: things by kind and name, bindings, and which APIs are on."""

    def __init__(self, folder):
        self._path = f"{folder}/project"
        empty = {"apis": [], "things": {}, "bindings": [], "secrets": {}, "exclusions": {}, "made": 0}
        self.state = empty
        if os.path.exists(self._path):
            with open(self._path, "rb") as file:
                self.state = marshal.load(file)

    def save(self):
        with open(self._path, "wb") as file:
            marshal.dump(self.state, file)

    def kind(self, kind):
        return self.state["things"].setdefault(kind, {})

    def thing(self, kind, name):
        if name not in self.kind(kind):
            raise Refused(f"ERROR: NOT_FOUND: {kind} {name} was not found.")
        return self.kind(kind)[name]

    def add(self, kind, name, thing):
        if name in self.kind(kind):
            raise Refused(f"ERROR: ALREADY_EXISTS: {kind} {name} exists.")
        self.kind(kind)[name] = thing

    def drop(self, kind, name):
        self.thing(kind, name)
        del self.kind(kind)[name]
        self.state["bindings"] = [b for b in self.state["bindings"] if b[:2] != [kind, name]]

    def new_name(self, collection):
        self.state["made"] += 1
        return f"projects/p/{collection}/{self.state['made']}"

    def need_account(self, email):
        if email not in self.kind("iam service-accounts"):
            raise Refused(f"ERROR: INVALID_ARGUMENT: service account {email} is unknown.")


class Call:
    """A command line: its words, and its flags by name."""

    def __init__(self, argv):
        self.words = [word for word in argv if not word.startswith("--")]
        pairs = [word[2:].partition("=") for word in argv if word.startswith("--")]
        self.flags = {name: value for name, _, value in pairs}
        self.resource = self.words[-1]

    def starts(self, *words):
        return self.words[: len(words)] == list(words)


def answer(cloud, call):
    """What gcloud prints. Raises Refused."""
    if call.starts("auth", "list"):
        return "operator@moscow.ru"
    if call.flags.get("project") != os.environ["GOOGLE_CLOUD_PROJECT"]:
        raise Refused("ERROR: this command names no project.")
    if call.words[0] not in ALWAYS_ON and f"{API_OF[call.words[0]]}.googleapis.com" not in cloud.state["apis"]:
        raise Refused(f"ERROR: PERMISSION_DENIED: the API of {call.words[0]} is off. reason: SERVICE_DISABLED")
    if "iam-policy" in " ".join(call.words):
        return policy(cloud, call)
    for prefix, doing in DOINGS.items():
        if call.starts(*prefix.split()):
            return doing(cloud, call)
    raise Refused(f"ERROR: the stand-in does not know: {' '.join(call.words)}")


def policy(cloud, call):
    at = next(n for n, word in enumerate(call.words) if word.endswith("iam-policy") or word.endswith("policy-binding"))
    kind, verb, resource = " ".join(call.words[:at]), call.words[at].split("-")[0], call.words[at + 1]
    bindings = cloud.state["bindings"]
    if kind == "run services":
        cloud.thing("functions", resource)
    elif kind != "projects":
        cloud.thing(kind, resource)
    if verb == "get":
        return "\n".join(f"{role}\t{member}" for k, name, role, member in bindings if (k, name) == (kind, resource))
    member, role = call.flags["member"], call.flags["role"]
    if member.startswith("serviceAccount:"):
        cloud.need_account(member.partition(":")[2])
    binding = [kind, resource, role, member]
    if verb == "add" and binding not in bindings:
        bindings.append(binding)
    if verb == "remove":
        bindings.remove(binding)
    return ""


def project(cloud, call):
    return NUMBER


def services(cloud, call):
    if call.words[1] == "list":
        return "\n".join(cloud.state["apis"])
    cloud.state["apis"] += call.words[2:]
    return ""


def accounts(cloud, call):
    verb = call.words[2]
    if verb == "list":
        return "\n".join(cloud.kind("iam service-accounts"))
    if verb == "create":
        email = f"{call.resource}@{call.flags['project']}.iam.gserviceaccount.com"
        cloud.add("iam service-accounts", email, {"display": call.flags["display-name"]})
    else:
        cloud.drop("iam service-accounts", call.resource)
    return ""


def secret(cloud, call):
    verb = call.words[1]
    if verb == "create":
        cloud.add("secrets", call.resource, {"versions": [sys.stdin.read()]})
    elif verb == "delete":
        cloud.drop("secrets", call.resource)
    else:
        cloud.thing("secrets", call.resource)
    return call.resource


def version(cloud, call):
    verb = call.words[2]
    name = call.resource if verb == "add" else call.flags["secret"]
    versions = cloud.thing("secrets", name)["versions"]
    if verb == "access":
        return versions[-1]
    if verb == "add":
        versions.append(sys.stdin.read())
    return f"projects/{NUMBER}/secrets/{name}/versions/{len(versions)}"


def function(cloud, call):
    verb = call.words[1]
    if verb == "deploy":
        return deploy(cloud, call)
    if verb == "delete":
        cloud.drop("functions", call.resource)
        cloud.state["bindings"] = [b for b in cloud.state["bindings"] if b[:2] != ["run services", call.resource]]
        return ""
    found = cloud.thing("functions", call.resource)
    return f"ACTIVE\t{found['update-labels'].partition('=')[2]}"


def deploy(cloud, call):
    cloud.need_account(call.flags["run-service-account"])
    cloud.need_account(call.flags["build-service-account"].rpartition("/")[2])
    for reference in call.flags["set-secrets"].split(","):
        name, _, number = reference.partition("=")[2].partition(":")
        if len(cloud.thing("secrets", name)["versions"]) < int(number):
            raise Refused(f"ERROR: NOT_FOUND: secret {name} has no version {number}.")
        reader = ["secrets", name, "roles/secretmanager.secretAccessor"]
        if [*reader, f"serviceAccount:{call.flags['run-service-account']}"] not in cloud.state["bindings"]:
            raise Refused(f"ERROR: PERMISSION_DENIED: {call.flags['run-service-account']} may not read {name}.")
    if not os.path.exists(f"{call.flags['source']}/main.py"):
        raise Refused("ERROR: main.py is missing in the source.")
    cloud.kind("functions")[call.resource] = call.flags
    return "state: ACTIVE"


def service(cloud, call):
    cloud.thing("functions", call.resource)
    return f"https://{call.resource}-{NUMBER}.{call.flags['region']}.run.app"


def queue(cloud, call):
    names = ("max-dispatches-per-second", "max-concurrent-dispatches", "max-attempts")
    return keep(cloud, call, "tasks queues", call.words[2], names)


def job(cloud, call):
    names = (
        "schedule",
        "time-zone",
        "uri",
        "oidc-service-account-email",
        "oidc-token-audience",
        "attempt-deadline",
    )
    if "oidc-service-account-email" in call.flags:
        cloud.need_account(call.flags["oidc-service-account-email"])
    return keep(cloud, call, "scheduler jobs", call.words[2], names)


def keep(cloud, call, kind, verb, names):
    """Make, change, show or remove a thing that is known by the flags it was made with."""
    if verb == "create":
        cloud.add(kind, call.resource, dict(call.flags))
    elif verb == "update":
        cloud.thing(kind, call.resource).update(call.flags)
    elif verb == "delete":
        cloud.drop(kind, call.resource)
    else:
        found = cloud.thing(kind, call.resource)
        return "\t".join(found[name] for name in names)
    return ""


def sink(cloud, call):
    exclusions = cloud.state["exclusions"]
    if call.words[2] == "describe":
        return "\n".join(
            f"{name}\t{text}" if "filter" in call.flags["format"] else name for name, text in exclusions.items()
        )
    if "remove-exclusions" in call.flags:
        del exclusions[call.flags["remove-exclusions"]]
        return ""
    given = call.flags.get("add-exclusion") or call.flags["update-exclusion"]
    name, text = given.partition(",")[0].partition("=")[2], given.partition("filter=")[2]
    if (name in exclusions) == ("add-exclusion" in call.flags):
        raise Refused(f"ERROR: ALREADY_EXISTS or NOT_FOUND: exclusion {name}.")
    exclusions[name] = text
    return ""


def bucket(cloud, call):
    kind, verb = "storage buckets", call.words[2]
    if verb == "describe":
        found = cloud.thing(kind, call.resource)
        return found["name"] if call.flags["format"] == "value(name)" else "\t".join(found["rules"])
    (rule,) = message(call, "lifecycle-file")["rule"]
    uniform, prevented = ("uniform-bucket-level-access" in call.flags, "public-access-prevention" in call.flags)
    rules = [str(uniform), "enforced" if prevented else "inherited", str(rule["condition"]["age"])]
    made = {"name": call.resource, "rules": [*rules, call.flags["soft-delete-duration"]]}
    if verb == "create":
        cloud.add(kind, call.resource, made)
    else:
        cloud.thing(kind, call.resource).update(made)
    return ""


def bucket_with_all(cloud, call):
    cloud.drop("storage buckets", call.resource)
    return ""


def metric(cloud, call):
    kind, verb = "logging metrics", call.words[2]
    if verb == "list":
        return "\n".join(f"{name}\t{made['description']}" for name, made in cloud.kind(kind).items())
    if verb == "delete":
        cloud.drop(kind, call.resource)
        return ""
    given = message(call, "config-from-file")
    if verb == "create":
        cloud.add(kind, call.resource, given)
    else:
        cloud.thing(kind, call.resource).update(given)
    return ""


def channel(cloud, call):
    kind, verb = "beta monitoring channels", call.words[3]
    if verb == "list":
        return "\n".join(
            f"{made['user-labels'].partition('=')[2]}\t{name}\t{made['channel-labels'].partition('=')[2]}"
            for name, made in cloud.kind(kind).items()
        )
    if verb == "create":
        cloud.add(kind, cloud.new_name("notificationChannels"), dict(call.flags))
    elif verb == "update":
        cloud.thing(kind, call.resource)["channel-labels"] = call.flags["update-channel-labels"]
    else:
        if any(call.resource in made["notificationChannels"] for made in cloud.kind(POLICIES).values()):
            raise Refused("ERROR: FAILED_PRECONDITION: an alert policy still uses the channel.")
        cloud.drop(kind, call.resource)
    return ""


def check(cloud, call):
    kind, verb = "monitoring uptime", call.words[2]
    if verb == "list-configs":
        return "\n".join(
            f"{made['userLabels']['zapis']}\t{made['userLabels'].get('zapis_digest', '')}\t{name}"
            for name, made in cloud.kind(kind).items()
        )
    if verb == "create":
        labels = dict(pair.split("=") for pair in call.flags["user-labels"].split(","))
        cloud.add(kind, cloud.new_name("uptimeCheckConfigs"), {**call.flags, "userLabels": labels})
    else:
        identity = f'"{call.resource.rpartition("/")[2]}"'
        if any(identity in text for text in conditions(cloud.kind(POLICIES).values())):
            raise Refused("ERROR: FAILED_PRECONDITION: an alert policy still names the check.")
        cloud.drop(kind, call.resource)
    return ""


def conditions(policies):
    """The filters of what policies hold against a threshold."""
    for made in policies:
        for condition in made.get("conditions", ()):
            yield condition.get("conditionThreshold", {}).get("filter", "")


def alert(cloud, call):
    verb = call.words[3]
    if verb == "list":
        return "\n".join(
            f"{made['userLabels'].get('zapis', '')}\t{made['userLabels'].get('zapis_digest', '')}\t{name}"
            for name, made in cloud.kind(POLICIES).items()
        )
    if verb == "delete":
        cloud.drop(POLICIES, call.resource)
        return ""
    given = message(call, "policy-from-file")
    for used in given["notificationChannels"]:
        cloud.thing("beta monitoring channels", used)
    known = [name.rpartition("/")[2] for name in cloud.kind("monitoring uptime")]
    for text in conditions([given]):
        if "check_id" in text and text.split('"')[-2] not in known:
            raise Refused("ERROR: INVALID_ARGUMENT: the policy names an uptime check that is not there.")
    if verb == "create":
        cloud.add(POLICIES, cloud.new_name("alertPolicies"), given)
    else:
        cloud.thing(POLICIES, call.resource)
        cloud.kind(POLICIES)[call.resource] = given
    return ""


DOINGS = {
    "projects describe": project,
    "services": services,
    "iam service-accounts": accounts,
    "secrets versions": version,
    "secrets": secret,
    "functions": function,
    "run services describe": service,
    "tasks queues": queue,
    "scheduler jobs": job,
    "logging sinks": sink,
    "logging metrics": metric,
    "storage buckets": bucket,
    "storage rm": bucket_with_all,
    "beta monitoring channels": channel,
    "alpha monitoring policies": alert,
    "monitoring uptime": check,
}
LOOKING = ("list", "list-configs", "describe", "access", "get-iam-policy")


def change(call):
    """What is failed once: the command without what it changes."""
    return " ".join(call.words[:2] if call.starts("services") else call.words[:-1])


def trouble(folder, call, when):
    """Whether this call is to fail: each kind of change that `trouble` names once, before or after it is applied."""
    planned, _, kind = read(f"{folder}/trouble").partition(" ")
    seen = read(f"{folder}/failed").splitlines()
    if planned != when or not change(call).startswith(kind) or change(call) in seen:
        return False
    write(f"{folder}/failed", "\n".join([*seen, change(call)]))
    return True


def main(argv):
    folder = os.environ["CLOUD"]
    call = Call(argv)
    changes = not set(LOOKING) & set(call.words)
    with open(f"{folder}/calls", "ab") as file:
        marshal.dump((argv, changes), file)
    if changes and trouble(folder, call, "before"):
        raise Refused("ERROR: UNAVAILABLE: the cable was pulled before.")
    cloud = Cloud(folder)
    said = answer(cloud, call)
    cloud.save()
    if changes and trouble(folder, call, "after"):
        raise Refused("ERROR: UNAVAILABLE: the cable was pulled after.")
    if said:
        print(said)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Refused as refused:
        sys.exit(str(refused))
