{{/* What the schema cannot say, all of it at once. Each sentence tells what to do. */}}

{{- define "scanner.checks" -}}
{{- $v := .Values -}}
{{- $sqlite := eq $v.ledger.type "sqlite" -}}
{{- $problems := list -}}

{{- if not $v.domains -}}
{{- $problems = append $problems "domains: no domain is watched. Set domains.NAME.host and domains.NAME.secret.name." -}}
{{- end -}}
{{- if not $v.image.repository -}}
{{- $problems = append $problems "image.repository: is empty, and no image is published. Build the Dockerfile, push it, and name it here." -}}
{{- end -}}

{{- if and $sqlite (gt (int $v.replicas) 1) -}}
{{- $problems = append $problems (printf "replicas: %d, but a SQLite ledger belongs to one pod. Set replicas: 1, or ledger.type: postgresql." (int $v.replicas)) -}}
{{- end -}}
{{- if and $sqlite $v.autoscaling.enabled -}}
{{- $problems = append $problems "autoscaling: a SQLite ledger belongs to one pod. Turn it off, or set ledger.type: postgresql." -}}
{{- end -}}
{{- if and $sqlite $v.feed.separate -}}
{{- $problems = append $problems "feed.separate: a SQLite ledger belongs to one pod. Turn it off, or set ledger.type: postgresql." -}}
{{- end -}}
{{- if and (not $sqlite) (or (not $v.ledger.postgresql.host) (not $v.ledger.postgresql.existingSecret)) -}}
{{- $problems = append $problems "ledger.postgresql: host and existingSecret (with the password) are needed." -}}
{{- end -}}

{{- if and (not $sqlite) (has $v.ledger.postgresql.sslmode (list "verify-ca" "verify-full")) (not $v.ledger.postgresql.caFile) -}}
{{- $problems = append $problems (printf "ledger.postgresql.caFile: is empty, and sslmode: %s needs it. Mount the CA with files, and name it here." $v.ledger.postgresql.sslmode) -}}
{{- end -}}
{{- $limit := dig "limits" "memory" "" $v.resources | toString -}}
{{- if and (eq $v.spool.medium "Memory") $limit -}}
{{- $left := subf (include "scanner.mebibytes" $limit | float64) (include "scanner.mebibytes" $v.spool.sizeLimit | float64) -}}
{{- if lt $left 1024.0 -}}
{{- $problems = append $problems (printf "spool.medium: Memory counts against resources.limits.memory (%s), which has no room for spool.sizeLimit (%s) and 1Gi of scanner's own: a full spool would have the pod killed. Raise the limit, or lower sizeLimit with settings.spool.max_total and settings.unpack.max_total." $limit $v.spool.sizeLimit) -}}
{{- end -}}
{{- end -}}
{{- if and (eq $v.clamd.mode "sidecar") $v.autoscaling.enabled -}}
{{- $problems = append $problems "clamd.mode: sidecar gives each pod that autoscaling starts 4 GiB of signatures and minutes of start. Set clamd.mode: service or external." -}}
{{- end -}}
{{- if and (eq $v.clamd.mode "sidecar") $v.feed.separate -}}
{{- $problems = append $problems "feed.separate: what only reads feeds would have a clamd for nothing. Set clamd.mode: service or external." -}}
{{- end -}}
{{- if and (eq $v.clamd.mode "external") (not $v.clamd.external.addresses) -}}
{{- $problems = append $problems "clamd.external.addresses: is empty. Name your clamds, like tcp:clamd.example.org:3310." -}}
{{- end -}}
{{- if ne $v.clamd.mode "external" -}}
{{- range $key := list "AlertExceedsMax" "AlertEncrypted" -}}
{{- if ne (include "scanner.plain" (get $v.clamd.config $key)) "yes" -}}
{{- $problems = append $problems (printf "clamd.config.%s: without yes clamd answers OK for what it did not look at. Set it to \"yes\"." $key) -}}
{{- end -}}
{{- end -}}
{{- range $key := list "LocalSocket" "TCPSocket" "TCPAddr" "DatabaseDirectory" "TemporaryDirectory" "Foreground" "User" -}}
{{- if hasKey $v.clamd.config $key -}}
{{- $problems = append $problems (printf "clamd.config.%s: belongs to the chart. Take it out." $key) -}}
{{- end -}}
{{- end -}}
{{- if and (eq $v.clamd.signatures.source "mirror") (not $v.mirror.enabled) (not $v.clamd.signatures.mirrorUrl) -}}
{{- $problems = append $problems "clamd.signatures.mirrorUrl: is empty. Name your mirror, or set mirror.enabled." -}}
{{- end -}}
{{- if and $v.mirror.enabled (ne $v.clamd.signatures.source "mirror") -}}
{{- $problems = append $problems "mirror.enabled: nobody asks it. Set clamd.signatures.source: mirror." -}}
{{- end -}}
{{- if and (eq $v.clamd.signatures.source "volume") (not $v.clamd.signatures.existingClaim) -}}
{{- $problems = append $problems "clamd.signatures.existingClaim: is empty. Name the claim that holds your signatures." -}}
{{- end -}}
{{- if and $v.clamd.signatures.persistent (not (and $sqlite (eq $v.clamd.mode "sidecar"))) -}}
{{- $problems = append $problems "clamd.signatures.persistent: only a pod with a name has a claim of its own. Turn it off, or use ledger.type: sqlite with clamd.mode: sidecar." -}}
{{- end -}}
{{- if and $v.clamd.signatures.persistent (not (include "scanner.freshens" $)) -}}
{{- $problems = append $problems (printf "clamd.signatures.persistent: with clamd.signatures.source: %s nothing is fetched that could be kept. Turn it off." $v.clamd.signatures.source) -}}
{{- end -}}
{{- $s := $v.clamd.service.autoscaling -}}
{{- if and (eq $v.clamd.mode "service") $s.enabled (lt (int $s.maxReplicas) (int $s.minReplicas)) -}}
{{- $problems = append $problems "clamd.service.autoscaling.maxReplicas: is below minReplicas." -}}
{{- end -}}
{{- else if $v.mirror.enabled -}}
{{- $problems = append $problems "mirror.enabled: with clamd.mode external nobody asks it. Turn it off." -}}
{{- end -}}

{{- if not (or $v.rules.shipped $v.rules.inline $v.rules.existingConfigMaps) -}}
{{- $problems = append $problems "rules: there are none, and a service without rules is never ready. Set rules.shipped, rules.inline or rules.existingConfigMaps." -}}
{{- end -}}
{{- if and $v.suppressions.inline $v.suppressions.existingConfigMap -}}
{{- $problems = append $problems "suppressions: inline and existingConfigMap are both set. Keep one." -}}
{{- end -}}
{{- if and $v.webhooks.enabled (or (not $v.webhooks.url) (not $v.webhooks.existingSecret)) -}}
{{- $problems = append $problems "webhooks: url and existingSecret are needed." -}}
{{- end -}}
{{- if and $v.webhooks.enabled $v.networkPolicy.enabled (not $v.webhooks.from) -}}
{{- $problems = append $problems "webhooks.from: is empty, which a NetworkPolicy takes for everybody. Name the pods that deliver, such as your ingress controller's." -}}
{{- end -}}
{{- if and $v.webhooks.ingress.enabled (not $v.webhooks.enabled) -}}
{{- $problems = append $problems "webhooks.ingress.enabled: there is nothing to deliver to. Set webhooks.enabled." -}}
{{- end -}}
{{- if and $v.webhooks.ingress.enabled (not $v.webhooks.ingress.tlsSecret) -}}
{{- $problems = append $problems "webhooks.ingress.tlsSecret: is empty; the deliveries' secret would travel in clear." -}}
{{- end -}}
{{- if and $v.statements.enabled (not $v.statements.existingSecret) -}}
{{- $problems = append $problems "statements.existingSecret: is empty. Make a key with `scanner coverage key`, and put it into a Secret." -}}
{{- end -}}
{{- if and $v.statements.enabled (not $sqlite) (not $v.statements.existingClaim) -}}
{{- $problems = append $problems "statements.existingClaim: is empty, and ledger.type: postgresql has no volume to write statements to. Name a claim that all pods may write (ReadWriteMany)." -}}
{{- end -}}
{{- if and $v.autoscaling.enabled (lt (int $v.autoscaling.maxReplicas) (int $v.autoscaling.minReplicas)) -}}
{{- $problems = append $problems "autoscaling.maxReplicas: is below minReplicas." -}}
{{- end -}}
{{- if and $v.autoscaling.enabled (gt (int $v.autoscaling.fallbackReplicas) (int $v.autoscaling.maxReplicas)) -}}
{{- $problems = append $problems "autoscaling.fallbackReplicas: is above maxReplicas." -}}
{{- end -}}
{{- if and $v.autoscaling.enabled (eq $v.autoscaling.trigger "prometheus") (not $v.autoscaling.prometheus.serverAddress) -}}
{{- $problems = append $problems "autoscaling.prometheus.serverAddress: is empty. Name your Prometheus, like http://prometheus.monitoring:9090." -}}
{{- end -}}
{{- if and $v.serviceMonitor.enabled $v.podMonitor.enabled -}}
{{- $problems = append $problems "podMonitor: serviceMonitor is on too, and every sample would be there twice. Keep one." -}}
{{- end -}}
{{- if and $v.externalSecrets.enabled (or (not $v.externalSecrets.storeRef.name) (not $v.externalSecrets.secrets)) -}}
{{- $problems = append $problems "externalSecrets: storeRef.name and secrets are needed." -}}
{{- end -}}

{{- if and $v.rules.inline (has "values" $v.rules.existingConfigMaps) -}}
{{- $problems = append $problems "rules.existingConfigMaps: values is the folder of rules.inline. Give the ConfigMap another name." -}}
{{- end -}}
{{- range $key, $_ := $v.podLabels -}}
{{- if has $key (list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component") -}}
{{- $problems = append $problems (printf "podLabels.%s: is what pods are chosen by. Take it out." $key) -}}
{{- end -}}
{{- end -}}
{{- range $key, $_ := $v.commonLabels -}}
{{- if has $key (list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component") -}}
{{- $problems = append $problems (printf "commonLabels.%s: is what pods are chosen by. Take it out." $key) -}}
{{- end -}}
{{- end -}}

{{- range $name, $file := $v.files -}}
{{- if eq (hasKey $file "secret") (hasKey $file "configMap") -}}
{{- $problems = append $problems (printf "files.%s: name either a secret or a configMap." $name) -}}
{{- end -}}
{{- end -}}
{{- range $name, $domain := $v.domains -}}
{{- if eq (empty $domain.secret) (empty $domain.oauth) -}}
{{- $problems = append $problems (printf "domains.%s: name either the Secret of its token (secret) or that of its key (oauth)." $name) -}}
{{- end -}}
{{- if and $domain.oauth (not $sqlite) (not $v.tokens.existingClaim) -}}
{{- $problems = append $problems (printf "domains.%s.oauth: renewed tokens have to be written, and ledger.type: postgresql has no volume for them. Name a claim that all pods may write (ReadWriteMany) in tokens.existingClaim, or use secret." $name) -}}
{{- end -}}
{{- range $key := list "name" "host" "token_file" "oauth" -}}
{{- if hasKey (default dict $domain.settings) $key -}}
{{- $problems = append $problems (printf "domains.%s.settings.%s: belongs to the chart; see domains.%s.host, .secret and .oauth." $name $key $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $path, $instead := include "scanner.ownSettings" $ | fromJson -}}
{{- $keys := splitList "." $path -}}
{{- $section := get $v.settings (first $keys) -}}
{{- $there := ternary (hasKey $v.settings (first $keys)) (and (kindIs "map" $section) (hasKey (default dict $section) (last $keys))) (eq (len $keys) 1) -}}
{{- if $there -}}
{{- $problems = append $problems (printf "settings.%s: belongs to the chart. Use %s." $path $instead) -}}
{{- end -}}
{{- end -}}

{{- if $problems -}}
{{- fail (printf "\n\nThese values do not fit together:\n  - %s\n" (join "\n  - " $problems)) -}}
{{- end -}}
{{- end -}}

{{/* Settings that follow from other values, and from which. */}}
{{- define "scanner.ownSettings" -}}
{{- dict
  "domains" "domains"
  "http" "listenAddress"
  "webhooks" "webhooks"
  "statements" "statements"
  "ledger.url" "ledger"
  "ledger.password_file" "ledger.postgresql.existingSecret"
  "clamav.address" "clamd.mode"
  "clamav.addresses" "clamd.external.addresses"
  "rules.paths" "rules"
  "suppressions.paths" "suppressions"
  "spool.dir" "spool"
| toJson -}}
{{- end -}}
