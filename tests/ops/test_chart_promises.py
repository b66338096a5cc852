"""What the chart promises, one test each, over what Helm renders."""

import json
import re

import pytest
import yaml

from scanner.service.loops import GRACE
from tests.ops.charts import CHART, SHAPES, containers, documents_of, helm, only, pods, settings_of, shape, text_of
from tests.ops.conftest import ROOT

PERMISSIONS = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}
RULE = ["--set-string", "rules.inline.one\\.yaml=id: one"]


def pod(documents, name="r-scanner"):
    return pods(documents)[name]


def scanner(documents, name="r-scanner"):
    return containers(pod(documents, name))["scanner"]


def policy(documents, name="r-scanner"):
    return only(documents, "NetworkPolicy", name)["spec"]


def test_a_sqlite_ledger_has_one_pod_on_a_volume_of_its_own():
    documents = documents_of("sqlite")

    spec = only(documents, "StatefulSet")["spec"]
    claims = {one["metadata"]["name"]: one["spec"]["accessModes"] for one in spec["volumeClaimTemplates"]}
    kinds = {one["kind"] for one in documents}
    assert (spec["replicas"], claims, "Deployment" in kinds, "PodDisruptionBudget" in kinds) == (
        1,
        {"data": ["ReadWriteOnce"], "signatures": ["ReadWriteOnce"]},
        False,
        False,
    )


def test_what_an_upgrade_cannot_change_names_no_version():
    documents = documents_of("sqlite")
    newer = documents_of("sqlite", "--set", "image.tag=0.2.0", "--set", "commonLabels.team=a")

    fixed = [only(one, "StatefulSet")["spec"] for one in (documents, newer)]
    selectors, claims = [one["selector"] for one in fixed], [one["volumeClaimTemplates"] for one in fixed]
    assert (selectors[0], claims[0]) == (selectors[1], claims[1])
    assert not re.search(r"chart|version", str(claims[0][0]["metadata"]))


def test_a_pod_that_never_turned_ready_is_exchanged_and_how_to_help_is_said_where_it_is_looked_for():
    assert only(documents_of("sqlite"), "StatefulSet")["spec"]["podManagementPolicy"] == "Parallel"

    cure = "delete pod scanner-0"
    notes = {
        name: helm("install", "scanner", CHART, "--dry-run=client", "-f", shape(name)).stdout.partition("NOTES:")[2]
        for name in ("sqlite", "postgresql")
    }
    pages = [(ROOT / "docs" / name).read_text() for name in ("kubernetes.md", "upgrading.md")]
    assert [cure in one for one in (notes["sqlite"], *pages, notes["postgresql"])] == [True, True, True, False]


def test_a_pod_is_given_longer_than_the_service_takes_for_its_way_out_and_pages_say_how_long_that_is():
    schema = json.loads((CHART / "values.schema.json").read_text())
    assert schema["properties"]["terminationGracePeriodSeconds"]["minimum"] > GRACE

    takes = re.compile(rf"\b{GRACE:.0f}( s\b| seconds| for what is being scanned)")
    pages = ("helm/values.yaml", "compose.yaml", "docs/docker.md", "docs/kubernetes.md")
    assert [page for page in pages if not takes.search((ROOT / page).read_text())] == []


def test_with_postgresql_a_new_version_comes_up_before_an_old_one_goes():
    assert only(documents_of("airgapped"), "Deployment")["spec"]["strategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1},
    }


def test_a_drain_takes_one_pod_of_several_and_is_not_held_up_by_a_single_one():
    budgets = {
        name: {one["metadata"]["name"] for one in documents_of(*name) if one["kind"] == "PodDisruptionBudget"}
        for name in [("postgresql",), ("airgapped", "--set", "autoscaling.enabled=false,replicas=1")]
    }

    assert list(budgets.values()) == [{"r-scanner", "r-scanner-feed", "r-scanner-clamd"}, {"r-scanner-clamd"}]


def test_reading_feeds_and_scanning_can_be_different_pods():
    documents = documents_of("postgresql")

    roles = {name: scanner(documents, name)["args"] for name in ("r-scanner", "r-scanner-feed")}
    assert roles == {"r-scanner": ["run", "--role", "worker"], "r-scanner-feed": ["run", "--role", "feed"]}
    assert scanner(documents_of("airgapped"))["args"] == ["run"]


def test_webhooks_reach_only_what_reads_feeds():
    documents = documents_of(
        "postgresql",
        "--set",
        "webhooks.enabled=true,webhooks.url=https://hooks.example.org,webhooks.existingSecret=hooks",
    )

    selector = only(documents, "Service", "r-scanner-webhooks")["spec"]["selector"]
    assert selector["app.kubernetes.io/component"] == "feed"


def test_the_public_way_in_leads_to_webhooks_and_nowhere_else():
    documents = documents_of("external-clamd")

    (rule,) = only(documents, "Ingress", "r-scanner-webhooks")["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    service = only(documents, "Service", "r-scanner-webhooks")["spec"]
    assert (
        rule["host"],
        path["path"],
        path["backend"]["service"]["name"],
        [one["port"] for one in service["ports"]],
    ) == (
        "scanner-hooks.example.org",
        "/webhooks/",
        "r-scanner-webhooks",
        [9465],
    )
    assert [one["kind"] for one in documents_of("sqlite") if one["kind"] == "Ingress"] == []


@pytest.mark.parametrize("name", SHAPES)
def test_no_container_may_more_than_it_has_to(name):
    every = [one for pod in pods(documents_of(name)).values() for one in containers(pod).values()]

    assert [one["securityContext"] for one in every] == [PERMISSIONS] * len(every)


@pytest.mark.parametrize("name", SHAPES)
def test_no_pod_has_a_token_of_the_cluster_or_variables_of_services(name):
    got = [
        (one["automountServiceAccountToken"], one["enableServiceLinks"], one["securityContext"]["runAsNonRoot"])
        for one in pods(documents_of(name)).values()
    ]

    assert set(got) == {(False, False, True)}


def test_the_user_is_the_one_that_owns_the_data_folder_in_the_image():
    image = re.search(r"^USER (\d+):(\d+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    security = pod(documents_of("sqlite"))["securityContext"]

    assert image is not None
    assert [security[key] for key in ("runAsUser", "runAsGroup", "fsGroup")] == [
        *(int(number) for number in image.groups()),
        int(image[2]),
    ]


def test_the_rules_of_the_image_are_read_where_it_has_them():
    assert (
        f"COPY rules {settings_of(documents_of('sqlite'))['rules']['paths'][0]}\n" in (ROOT / "Dockerfile").read_text()
    )


def test_the_port_is_the_one_that_the_image_exposes():
    (exposed,) = re.findall(r"^EXPOSE (.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    ports = {one["name"]: one["containerPort"] for one in scanner(documents_of("sqlite"))["ports"]}

    assert ports == {"ops": int(exposed)}


def test_only_our_own_loops_decide_about_a_restart():
    container = scanner(documents_of("sqlite"))

    asked = {name: container[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert asked == {
        "startupProbe": {"path": "/livez", "port": "ops"},
        "livenessProbe": {"path": "/livez", "port": "ops"},
        "readinessProbe": {"path": "/readyz", "port": "ops"},
    }


def test_scanner_has_a_limit_of_memory_and_none_of_cpu():
    limits = [scanner(documents_of(name))["resources"]["limits"].keys() for name in SHAPES]

    assert limits == [{"memory"}] * len(SHAPES)


@pytest.mark.parametrize("name", SHAPES)
def test_secrets_are_whole_folders_of_files_and_in_no_variable(name):
    documents = documents_of(name)

    for one in pods(documents).values():
        secrets = {
            volume["name"]: volume["secret"].get("defaultMode")
            for volume in one.get("volumes", [])
            if "secret" in volume
        }
        assert set(secrets.values()) <= {0o440}
        for container in containers(one).values():
            assert [env for env in container.get("env", []) if "valueFrom" in env] == []
            assert [mount for mount in container.get("volumeMounts", []) if "subPath" in mount] == []
    assert [one for one in documents if one["kind"] == "Secret"] == []


def test_every_secret_that_is_named_is_where_the_settings_look_for_it():
    documents = documents_of("external-clamd")

    mounts = {one["mountPath"] for one in scanner(documents)["volumeMounts"]}
    settings = settings_of(documents)
    files = {
        settings["domains"][0]["token_file"],
        settings["webhooks"]["secret_file"],
        settings["statements"]["key_file"],
    }
    assert {file.rpartition("/")[0] for file in files} <= mounts


def test_a_statement_key_is_handed_over_so_that_its_user_alone_reads_it():
    documents = documents_of("external-clamd")

    init = containers(pod(documents))["statement-key"]
    assert init["command"] == [
        "install",
        "-m",
        "0600",
        "/etc/scanner/secrets/statements/key",
        settings_of(documents)["statements"]["key_file"],
    ]


def test_without_a_ledger_volume_statements_go_to_a_claim_of_their_own_in_every_pod():
    documents = documents_of("postgresql")

    assert settings_of(documents)["statements"]["folder"] == "/statements"
    for name in ("r-scanner", "r-scanner-feed"):
        mounts = {one["name"]: one["mountPath"] for one in scanner(documents, name)["volumeMounts"]}
        claims = {one["name"]: one.get("persistentVolumeClaim") for one in pod(documents, name)["volumes"]}
        assert (mounts["statements"], claims["statements"]) == ("/statements", {"claimName": "scanner-statements"})


@pytest.mark.parametrize(
    ("name", "place", "pods_of"),
    [
        ("several-domains", "data: /data", ("r-scanner",)),
        ("postgresql", "tokens: /tokens", ("r-scanner", "r-scanner-feed")),
    ],
)
def test_tokens_that_renew_themselves_begin_with_those_of_the_login_and_are_kept_on_a_volume(name, place, pods_of):
    documents = documents_of(name)
    volume, folder = place.split(": ")
    stores = [one["oauth"]["token_store"] for one in settings_of(documents)["domains"] if "oauth" in one]
    assert stores == [f"{folder}/initech-tokens.json"]

    for each in pods_of:
        found = containers(pod(documents, each))
        login = found["login-initech"]
        assert login["args"] == ["auth", "import", "--domain", "initech", "/etc/scanner/secrets/login-initech/store"]
        for one in (login, found["scanner"]):
            assert {"name": volume, "mountPath": folder} in one["volumeMounts"]
            assert {"name": "SCANNER_CONFIG", "value": "/etc/scanner/settings/scanner.yaml"} in one["env"]


def test_tokens_of_all_pods_are_renewed_on_one_claim():
    claims = [one.get("persistentVolumeClaim") for one in pod(documents_of("postgresql"))["volumes"]]
    assert {"claimName": "scanner-tokens"} in claims


def test_changed_settings_start_a_new_pod_and_changed_rules_do_not():
    def checksums(*more):
        return only(documents_of("sqlite", *more), "StatefulSet")["spec"]["template"]["metadata"]["annotations"]

    plain = checksums(*RULE)
    assert checksums("--set-string", "rules.inline.one\\.yaml=id: two") == plain
    assert checksums(*RULE, "--set", "settings.events.page=50")["checksum/settings"] != plain["checksum/settings"]
    assert checksums(*RULE, "--set", "clamd.config.MaxThreads=2")["checksum/clamd"] != plain["checksum/clamd"]


def test_clamd_beside_scanner_is_up_before_it_where_kubernetes_can():
    def place(kubernetes, *more):
        spec = pod(documents_of("sqlite", *more, kubernetes=kubernetes))
        inits = {one["name"]: one.get("restartPolicy") for one in spec["initContainers"]}
        return inits, [one["name"] for one in spec["containers"]]

    native = ({"signatures": None, "clamd": "Always", "freshclam": "Always"}, ["scanner"])
    plain = ({"signatures": None}, ["scanner", "clamd", "freshclam"])
    assert place("1.29.0") == native
    assert place("1.28.0") == plain
    assert place("1.37.0", "--set", "clamd.sidecar.native=never") == plain


@pytest.mark.parametrize("name", ["sqlite", "postgresql", "airgapped"])
def test_clamd_is_probed_over_its_socket_since_a_process_proves_nothing(name):
    (clamd,) = [
        one for pod in pods(documents_of(name)).values() for key, one in containers(pod).items() if key == "clamd"
    ]

    asked = {tuple(clamd[probe]["exec"]["command"]) for probe in clamd if probe.endswith("Probe")}
    assert asked == {("clamdscan", "--config-file=/etc/scanner/clamd/clamd.conf", "--ping", "1")}


def test_clamd_has_minutes_to_load_its_signatures():
    probe = containers(pod(documents_of("sqlite")))["clamd"]["startupProbe"]

    assert probe["periodSeconds"] * probe["failureThreshold"] >= 600


def test_clamd_has_room_for_two_sets_of_signatures():
    assert containers(pod(documents_of("sqlite")))["clamd"]["resources"]["limits"]["memory"] == "4Gi"


def test_clamd_in_pods_of_its_own_is_reached_by_scanner_alone():
    spec = policy(documents_of("postgresql"), "r-scanner-clamd")

    (rule,) = spec["ingress"]
    ((peer,), ports) = rule["from"], rule["ports"]
    assert peer["podSelector"]["matchExpressions"] == [
        {"key": "app.kubernetes.io/component", "operator": "In", "values": ["scanner", "feed"]}
    ]
    assert ports == [{"port": "clamd", "protocol": "TCP"}]


def test_clamds_in_pods_of_their_own_are_known_one_by_one():
    documents = documents_of("postgresql")
    service = only(documents, "Service", "r-scanner-clamds")["spec"]
    labels = only(documents, "Deployment", "r-scanner-clamd")["spec"]["template"]["metadata"]["labels"]
    assert (service["clusterIP"], service["selector"].items() <= labels.items()) == ("None", True)
    assert settings_of(documents)["clamav"]["address"] == "tcp:r-scanner-clamds:3310"


def test_clamd_beside_scanner_does_not_listen_on_the_network():
    confs = {
        name: only(documents_of(name), "ConfigMap", "r-scanner-clamd")["data"]["clamd.conf"]
        for name in ("sqlite", "airgapped")
    }

    assert {name: "TCPSocket" in conf for name, conf in confs.items()} == {"sqlite": False, "airgapped": True}


def test_in_a_cluster_of_ipv6_everybody_listens_there():
    documents = documents_of("airgapped", "--set", "listenAddress=[::]")

    lines = only(documents, "ConfigMap", "r-scanner-clamd")["data"]["clamd.conf"].splitlines()
    assert (settings_of(documents)["http"]["listen"], "TCPAddr ::" in lines) == ("[::]:9464", True)


def test_one_pod_asks_for_signatures_and_all_others_ask_it():
    documents = documents_of("airgapped")

    def conf(name):
        lines = only(documents, "ConfigMap", name)["data"]["freshclam.conf"].splitlines()
        return {line.split()[0]: line.split()[1] for line in lines}

    assert [
        (conf(name)["PrivateMirror"], conf(name)["ScriptedUpdates"]) for name in ("r-scanner-clamd", "r-scanner-mirror")
    ] == [
        ("http://r-scanner-mirror:8080", "no"),
        ("https://clamav-mirror.internal:8443", "no"),
    ]
    assert only(documents, "Deployment", "r-scanner-mirror")["spec"]["strategy"] == {"type": "Recreate"}


def test_without_a_mirror_freshclam_asks_clamav():
    lines = only(documents_of("sqlite"), "ConfigMap", "r-scanner-clamd")["data"]["freshclam.conf"].splitlines()

    assert [line for line in lines if "irror" in line] == ["DatabaseMirror database.clamav.net"]


def test_signatures_of_a_volume_are_read_only_and_nobody_fetches_any():
    documents = documents_of(
        "several-domains", "--set", "clamd.signatures.source=volume,clamd.signatures.existingClaim=signatures"
    )

    spec = pod(documents)
    (volume,) = [one for one in spec["volumes"] if one["name"] == "signatures"]
    assert volume["persistentVolumeClaim"] == {"claimName": "signatures", "readOnly": True}
    assert containers(spec).keys() == {"clamd", "scanner", "login-initech"}


def test_from_an_own_registry_comes_every_image():
    images = {one["image"] for pod in pods(documents_of("airgapped")).values() for one in containers(pod).values()}

    assert {image.partition("/")[0] for image in images} == {"registry.internal:5000"}


def test_a_digest_wins_over_a_tag():
    assert scanner(documents_of("airgapped"))["image"] == f"registry.internal:5000/scanner@sha256:{1:064x}"
    assert scanner(documents_of("sqlite"))["image"] == "registry.example.org/scanner:0.1.0"


def test_nothing_goes_out_but_names_egnyte_and_what_was_named():
    egress = policy(documents_of("several-domains"))["egress"]

    assert egress == [
        {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]},
        {
            "ports": [{"port": 443, "protocol": "TCP"}],
            "to": [
                {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]}},
                {"ipBlock": {"cidr": "::/0", "except": ["fd00:ec2::254/128"]}},
            ],
        },
        {"ports": [{"port": 6514, "protocol": "TCP"}]},
    ]


def test_an_exception_stands_only_in_a_network_that_holds_it():
    (https,) = [one for one in policy(documents_of("airgapped"))["egress"] if one["ports"][0]["port"] == 443]

    assert https["to"] == [{"ipBlock": {"cidr": "203.0.113.0/24"}}]


MIRROR = "clamd.signatures.source=mirror,clamd.signatures.mirrorUrl=http://mirror.example.org"


@pytest.mark.parametrize(
    ("name", "of", "values", "port"),
    [
        ("sqlite", "r-scanner", MIRROR, 80),
        ("sqlite", "r-scanner", f"{MIRROR}:8080", 8080),
        ("postgresql", "r-scanner-clamd", MIRROR, 80),
        (
            "sqlite",
            "r-scanner-mirror",
            "clamd.signatures.source=mirror,mirror.enabled=true,mirror.upstream=http://mirror.example.org",
            80,
        ),
    ],
)
def test_a_mirror_opens_its_port_to_no_more_networks_than_egnyte_has(name, of, values, port):
    (rule,) = [
        one for one in policy(documents_of(name, "--set", values), of)["egress"] if one["ports"][0]["port"] == port
    ]

    assert rule["to"] == [
        {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]}},
        {"ipBlock": {"cidr": "::/0", "except": ["fd00:ec2::254/128"]}},
    ]


@pytest.mark.parametrize("name", SHAPES)
def test_no_port_that_is_open_to_the_outside_leads_to_the_addresses_that_give_away_credentials(name):
    web = [
        rule
        for one in documents_of(name)
        if one["kind"] == "NetworkPolicy"
        for rule in one["spec"]["egress"]
        for port in rule["ports"]
        if port["port"] in (80, 443)
    ]

    assert [rule for rule in web if not all(one["ipBlock"] for one in rule["to"])] == []


def test_a_further_way_out_is_there_for_all_who_fetch_something():
    proxy = {"to": [{"ipBlock": {"cidr": "10.1.2.3/32"}}], "ports": [{"port": 3128, "protocol": "TCP"}]}
    more = ("--set-json", f"networkPolicy.extraEgress={json.dumps([proxy])}")

    airgapped = documents_of("airgapped", *more)
    for name in ("r-scanner", "r-scanner-clamd", "r-scanner-mirror"):
        assert proxy in policy(airgapped, name)["egress"]
    baked = documents_of("postgresql", *more, "--set", "clamd.signatures.source=image")
    assert policy(baked, "r-scanner-clamd")["egress"] == []


def test_the_database_and_foreign_clamds_are_reached_on_their_ports():
    def ports(name):
        return {one["port"] for rule in policy(documents_of(name))["egress"] for one in rule["ports"]}

    assert (ports("postgresql"), ports("external-clamd")) == ({53, 443, 5432, "clamd"}, {53, 443, 3310, 3311})


def test_every_pod_of_the_chart_has_a_policy_but_the_one_of_helm_test():
    for name in SHAPES:
        documents = documents_of(name)
        chosen = set()
        for one in documents:
            if one["kind"] == "NetworkPolicy":
                labels = one["spec"]["podSelector"]
                chosen |= {labels["matchLabels"].get("app.kubernetes.io/component")}
                chosen |= {value for rule in labels.get("matchExpressions", []) for value in rule["values"]}
        made = {
            one["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/component"]
            for one in documents
            if "template" in one.get("spec", {})
        }
        assert made <= chosen


def test_no_prometheus_is_not_no_work():
    (trigger,) = only(documents_of("airgapped"), "ScaledObject")["spec"]["triggers"]

    assert trigger["metadata"] == {
        "serverAddress": "http://prometheus.monitoring:9090",
        "query": 'sum(max by (lane) (scanner_backlog_versions{namespace="ns",pod=~"r-scanner-.+"}))',
        "threshold": "50",
        "ignoreNullValues": "false",
    }


def test_somebody_always_reads_the_feeds():
    spec = only(documents_of("airgapped"), "ScaledObject")["spec"]

    assert (spec["minReplicaCount"], spec["maxReplicaCount"], spec["fallback"]["replicas"]) == (1, 3, 2)
    assert "replicas" not in only(documents_of("airgapped"), "Deployment")["spec"]


def test_keda_reads_the_database_with_the_password_of_the_ledger():
    documents = documents_of("postgresql")

    (trigger,) = only(documents, "ScaledObject")["spec"]["triggers"]
    assert trigger["authenticationRef"] == {"name": "r-scanner"}
    assert only(documents, "TriggerAuthentication")["spec"]["secretTargetRef"] == [
        {"parameter": "password", "name": "scanner-ledger", "key": "password"}
    ]


def test_an_external_secret_is_named_as_the_pods_name_it():
    documents = documents_of("postgresql")

    assert only(documents, "ExternalSecret", "scanner-acme")["spec"] == {
        "refreshInterval": "15m",
        "secretStoreRef": {"name": "vault", "kind": "ClusterSecretStore"},
        "target": {"name": "scanner-acme"},
        "data": [{"secretKey": "token", "remoteRef": {"key": "scanner/acme", "property": "token"}}],
    }
    wanted = {volume["secret"]["secretName"] for volume in pod(documents)["volumes"] if "secret" in volume}
    assert wanted == {one["metadata"]["name"] for one in documents if one["kind"] == "ExternalSecret"}


def test_alerts_and_dashboards_are_the_files_to_the_letter():
    documents = documents_of("postgresql")

    rules = {one["metadata"]["name"]: one["spec"] for one in documents if one["kind"] == "PrometheusRule"}
    boards = {
        one["metadata"]["name"]: next(iter(one["data"].values()))
        for one in documents
        if one["kind"] == "ConfigMap" and "grafana_dashboard" in one["metadata"]["labels"]
    }
    alerts, dashboards = sorted((CHART / "alerts").glob("*.yaml")), sorted((CHART / "dashboards").glob("*.json"))
    assert rules == {f"r-scanner-{one.stem.replace('.', '-')}": yaml.safe_load(one.read_text()) for one in alerts}
    assert {name: text.strip() for name, text in boards.items()} == {
        f"r-scanner-{one.stem}": one.read_text().strip() for one in dashboards
    }


def test_what_operators_bring_is_off_until_asked_for():
    foreign = {one["apiVersion"] for one in documents_of("sqlite") if "." in one["apiVersion"].partition("/")[0]}

    assert foreign == {"networking.k8s.io/v1"}


def test_further_objects_are_templates():
    documents = documents_of(
        "sqlite",
        "--set-json",
        'extraObjects=[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{ .Release.Name }}-more"}}]',
    )

    assert only(documents, "ConfigMap", "r-more")["metadata"] == {"name": "r-more"}


def test_long_names_leave_room_for_what_kubernetes_appends():
    documents = documents_of("postgresql", "--set", f"fullnameOverride={'a' * 63}")

    names = {one["kind"]: len(one["metadata"]["name"]) for one in documents}
    assert max(names.values()) <= 63
    assert names["Deployment"] + len("-5d4f8c7b9d") <= 63


def test_the_schema_of_a_server_is_brought_up_to_date_before_new_pods_start():
    documents = documents_of("airgapped")

    job = only(documents, "Job", "r-scanner-migrate")
    assert job["metadata"]["annotations"] == {
        "helm.sh/hook": "pre-install,pre-upgrade",
        "helm.sh/hook-delete-policy": "before-hook-creation,hook-succeeded",
    }
    assert containers(pod(documents, "r-scanner-migrate"))["migrate"]["args"] == ["ledger", "migrate"]
    assert [one["kind"] for one in documents_of("sqlite") if one["kind"] == "Job"] == []


def test_what_migrates_needs_nothing_that_comes_with_the_release():
    documents = documents_of("airgapped", "--set", "suppressions.inline.a\\.yaml=a", *RULE)

    hooks = {
        one["metadata"]["name"]: one["data"]
        for one in documents
        if one["kind"] == "ConfigMap" and "helm.sh/hook" in one["metadata"].get("annotations", {})
    }
    spec = pod(documents, "r-scanner-migrate")
    maps = {volume["configMap"]["name"] for volume in spec["volumes"] if "configMap" in volume}
    secrets = {volume["secret"]["secretName"] for volume in spec["volumes"] if "secret" in volume}
    assert (maps, secrets, "serviceAccountName" in spec) == ({"r-scanner-migrate"}, {"scanner-ledger"}, False)
    assert hooks == {"r-scanner-migrate": only(documents, "ConfigMap", "r-scanner-settings")["data"]}


def test_what_migrates_has_the_ca_of_the_database_and_no_other_file():
    ca = "ledger.postgresql.caFile=/etc/scanner/files/db/ca.pem,files.db.secret=db-ca"
    spec = pod(documents_of("airgapped", "--set", ca), "r-scanner-migrate")

    mounts = {one["name"]: one["mountPath"] for one in containers(spec)["migrate"]["volumeMounts"]}
    assert mounts.pop("file-db") == "/etc/scanner/files/db"
    assert mounts.keys() == {"settings", "tmp", "secret-ledger"}
    assert {one["name"] for one in spec["volumes"]} == {*mounts, "file-db"}


def test_with_secrets_of_a_store_it_waits_until_they_are_asked_for():
    job = only(documents_of("postgresql"), "Job", "r-scanner-migrate")

    assert job["metadata"]["annotations"]["helm.sh/hook"] == "post-install,pre-upgrade"


def test_notes_say_what_is_on_and_what_to_type_next():
    done = helm("install", "r", CHART, "--dry-run=client", "-f", shape("sqlite"))

    notes = done.stdout[done.stdout.index("NOTES:") :]
    assert "watches: acme." in notes
    assert "remediation  dry-run\n" in notes
    assert "exec statefulset/r-scanner -c scanner -- scanner doctor" in notes


def test_rendering_twice_gives_the_same():
    assert text_of("postgresql") == text_of.__wrapped__("postgresql")
