"""Values that do not fit together are refused, each with a sentence that tells what to do."""

import pytest

from tests.ops.charts import CHART, helm, refusal

SENTENCES = [
    (
        "sqlite",
        "replicas=2",
        "replicas: 2, but a SQLite ledger belongs to one pod. Set replicas: 1, or ledger.type: postgresql.",
    ),
    (
        "sqlite",
        "feed.separate=true,clamd.mode=external,clamd.external.addresses={tcp:a:1},clamd.signatures.persistent=false",
        "feed.separate: a SQLite ledger belongs to one pod. Turn it off, or set ledger.type: postgresql.",
    ),
    (
        "external-clamd",
        "autoscaling.enabled=true,autoscaling.prometheus.serverAddress=http://p:9090",
        "autoscaling: a SQLite ledger belongs to one pod. Turn it off, or set ledger.type: postgresql.",
    ),
    (
        "airgapped",
        "ledger.postgresql.host=",
        "ledger.postgresql: host and existingSecret (with the password) are needed.",
    ),
    (
        "airgapped",
        "ledger.postgresql.sslmode=verify-full",
        "ledger.postgresql.caFile: is empty, and sslmode: verify-full needs it. "
        "Mount the CA with files, and name it here.",
    ),
    (
        "airgapped",
        "clamd.mode=sidecar",
        "clamd.mode: sidecar gives each pod that autoscaling starts 4 GiB of signatures and minutes of start. "
        "Set clamd.mode: service or external.",
    ),
    (
        "airgapped",
        "clamd.mode=sidecar,feed.separate=true,autoscaling.enabled=false",
        "feed.separate: what only reads feeds would have a clamd for nothing. Set clamd.mode: service or external.",
    ),
    (
        "external-clamd",
        "clamd.external.addresses=null",
        "clamd.external.addresses: is empty. Name your clamds, like tcp:clamd.example.org:3310.",
    ),
    (
        "sqlite",
        "clamd.config.AlertExceedsMax=no",
        'clamd.config.AlertExceedsMax: without yes clamd answers OK for what it did not look at. Set it to "yes".',
    ),
    (
        "sqlite",
        "clamd.config.AlertEncrypted=false",
        'clamd.config.AlertEncrypted: without yes clamd answers OK for what it did not look at. Set it to "yes".',
    ),
    (
        "sqlite",
        "spool.medium=Memory",
        "spool.medium: Memory counts against resources.limits.memory (2Gi), which has no room for spool.sizeLimit "
        "(9Gi) and 1Gi of scanner's own: a full spool would have the pod killed. Raise the limit, or lower sizeLimit "
        "with settings.spool.max_total and settings.unpack.max_total.",
    ),
    ("sqlite", "clamd.config.User=root", "clamd.config.User: belongs to the chart. Take it out."),
    (
        "sqlite",
        "clamd.signatures.source=mirror",
        "clamd.signatures.mirrorUrl: is empty. Name your mirror, or set mirror.enabled.",
    ),
    ("sqlite", "mirror.enabled=true", "mirror.enabled: nobody asks it. Set clamd.signatures.source: mirror."),
    ("external-clamd", "mirror.enabled=true", "mirror.enabled: with clamd.mode external nobody asks it. Turn it off."),
    (
        "several-domains",
        "clamd.signatures.source=volume",
        "clamd.signatures.existingClaim: is empty. Name the claim that holds your signatures.",
    ),
    (
        "airgapped",
        "clamd.signatures.persistent=true",
        "clamd.signatures.persistent: only a pod with a name has a claim of its own. Turn it off, "
        "or use ledger.type: sqlite with clamd.mode: sidecar.",
    ),
    (
        "sqlite",
        "rules.shipped=false",
        "rules: there are none, and a service without rules is never ready. "
        "Set rules.shipped, rules.inline or rules.existingConfigMaps.",
    ),
    (
        "several-domains",
        "suppressions.existingConfigMap=others",
        "suppressions: inline and existingConfigMap are both set. Keep one.",
    ),
    ("external-clamd", "webhooks.url=", "webhooks: url and existingSecret are needed."),
    (
        "external-clamd",
        "webhooks.enabled=false",
        "webhooks.ingress.enabled: there is nothing to deliver to. Set webhooks.enabled.",
    ),
    (
        "external-clamd",
        "webhooks.ingress.tlsSecret=",
        "webhooks.ingress.tlsSecret: is empty; the deliveries' secret would travel in clear.",
    ),
    (
        "external-clamd",
        "statements.existingSecret=",
        "statements.existingSecret: is empty. Make a key with `scanner coverage key`, and put it into a Secret.",
    ),
    (
        "airgapped",
        "statements.enabled=true,statements.existingSecret=key",
        "statements.existingClaim: is empty, and ledger.type: postgresql has no volume to write statements to. "
        "Name a claim that all pods may write (ReadWriteMany).",
    ),
    ("airgapped", "autoscaling.minReplicas=9", "autoscaling.maxReplicas: is below minReplicas."),
    (
        "airgapped",
        "autoscaling.prometheus.serverAddress=",
        "autoscaling.prometheus.serverAddress: is empty. Name your Prometheus, like http://prometheus.monitoring:9090.",
    ),
    (
        "external-clamd",
        "serviceMonitor.enabled=true",
        "podMonitor: serviceMonitor is on too, and every sample would be there twice. Keep one.",
    ),
    ("postgresql", "externalSecrets.storeRef.name=", "externalSecrets: storeRef.name and secrets are needed."),
    ("sqlite", "files.one.secret=a,files.one.configMap=b", "files.one: name either a secret or a configMap."),
    (
        "sqlite",
        "domains.acme.settings.token_file=/x",
        "domains.acme.settings.token_file: belongs to the chart; see domains.acme.host, .secret and .oauth.",
    ),
    (
        "sqlite",
        "domains.other.host=other.egnyte.com",
        "domains.other: name either the Secret of its token (secret) or that of its key (oauth).",
    ),
    (
        "airgapped",
        "domains.b.host=b.egnyte.com,domains.b.oauth.existingSecret=a,domains.b.oauth.loginSecret=b",
        "domains.b.oauth: renewed tokens have to be written, and ledger.type: postgresql has no volume for them. Name "
        "a claim that all pods may write (ReadWriteMany) in tokens.existingClaim, or use secret.",
    ),
    (
        "sqlite",
        "clamd.signatures.source=volume,clamd.signatures.existingClaim=mine",
        "clamd.signatures.persistent: with clamd.signatures.source: volume nothing is fetched that could be kept. "
        "Turn it off.",
    ),
    (
        "sqlite",
        "clamd.signatures.source=image",
        "clamd.signatures.persistent: with clamd.signatures.source: image nothing is fetched that could be kept. "
        "Turn it off.",
    ),
    (
        "postgresql",
        "clamd.service.autoscaling.minReplicas=7",
        "clamd.service.autoscaling.maxReplicas: is below minReplicas.",
    ),
    (
        "external-clamd",
        "webhooks.from=null",
        "webhooks.from: is empty, which a NetworkPolicy takes for everybody. Name the pods that deliver, such as your "
        "ingress controller's.",
    ),
    ("airgapped", "autoscaling.fallbackReplicas=4", "autoscaling.fallbackReplicas: is above maxReplicas."),
    (
        "several-domains",
        "rules.existingConfigMaps={values}",
        "rules.existingConfigMaps: values is the folder of rules.inline. Give the ConfigMap another name.",
    ),
    (
        "sqlite",
        "podLabels.app\\.kubernetes\\.io/component=other",
        "podLabels.app.kubernetes.io/component: is what pods are chosen by. Take it out.",
    ),
    (
        "sqlite",
        "commonLabels.app\\.kubernetes\\.io/name=other",
        "commonLabels.app.kubernetes.io/name: is what pods are chosen by. Take it out.",
    ),
    ("sqlite", "settings=null", "settings: is null. Write {}, or leave it out."),
    ("sqlite", "settings.http.listen=x", "settings.http: belongs to the chart. Use listenAddress."),
    (
        "sqlite",
        "settings.ledger.url=sqlite:////tmp/x",
        "settings.ledger.url: belongs to the chart. Use ledger.",
    ),
]


@pytest.mark.parametrize(("shape", "values", "sentence"), SENTENCES)
def test_values_that_do_not_fit_together_are_refused(shape, values, sentence):
    assert refusal(shape, "--set", values) == [sentence]


def test_all_that_is_wrong_is_said_at_once():
    said = refusal("sqlite", "--set", "replicas=2,image.repository=,rules.shipped=false,domains=null")

    assert [one.partition(":")[0] for one in said] == ["domains", "image.repository", "replicas", "rules"]


WRONG = [
    ("replica=1", "replica"),
    ("clamd.mode=sidekick", "mode"),
    ("image.tag=latest", "tag"),
    ("image.digest=sha256:12", "digest"),
    ("domains.Acme.host=a", "Acme"),
    ("domains.acme.token=secret", "token"),
    ("ledger.persistence.accessModes={ReadWriteMany}", "accessModes"),
    ("ledger.type=postgresql,ledger.postgresql.user=a:b@c", "user"),
    ("webhooks.url=http://hooks.example.org", "url"),
    ("clamd.config.MaxThreads=4\nUser root", "MaxThreads"),
    ("replicas=0", "replicas"),
    ("livenessProbe.successThreshold=2", "successThreshold"),
    ("startupProbe.successThreshold=2", "successThreshold"),
    ("ledger.persistence.accessModes={ReadWriteOnce,ReadWriteOncePod}", "accessModes"),
    ("image.repository=registry.example.org/scanner:0.1.0", "repository"),
    ("image.repository=/scanner", "repository"),
    ("externalSecrets.secrets.Acme_Token.token.key=a", "Acme_Token"),
    ("domains.acme.host=-acme.egnyte.com", "host"),
    ("domains.acme.host=.", "host"),
    ("terminationGracePeriodSeconds=5", "terminationGracePeriodSeconds"),
]


@pytest.mark.parametrize("binary", ["helm", "helm3"])
@pytest.mark.parametrize(("values", "key"), WRONG)
def test_what_is_misspelt_or_out_of_range_is_refused_by_name(values, key, binary):
    done = helm("template", "r", CHART, "-f", CHART / "ci" / "sqlite-values.yaml", "--set", values, binary=binary)

    assert (done.returncode, "don't meet the specifications" in done.stderr, key in done.stderr) == (1, True, True)
