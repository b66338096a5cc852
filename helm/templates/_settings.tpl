{{/* scanner.yaml: what the chart knows, and over it the settings that are handed on as they are. */}}

{{- define "scanner.settings" -}}
{{- if not (kindIs "map" .Values.settings) -}}
{{- fail "\n\nThese values do not fit together:\n  - settings: is null. Write {}, or leave it out.\n" -}}
{{- end -}}
{{- $own := dict -}}
{{- $_ := set $own "domains" (include "scanner.domains" . | fromJsonArray) -}}
{{- $_ := set $own "http" (dict "listen" (printf "%s:9464" .Values.listenAddress)) -}}
{{- $_ := set $own "spool" (dict "dir" "/spool") -}}
{{- $_ := set $own "clamav" (include "scanner.clamav" . | fromJson) -}}
{{- $_ := set $own "ledger" (include "scanner.ledger" . | fromJson) -}}
{{- $_ := set $own "rules" (dict "paths" (include "scanner.rulePaths" . | fromJsonArray)) -}}
{{- if or .Values.suppressions.inline .Values.suppressions.existingConfigMap -}}
{{- $_ := set $own "suppressions" (dict "paths" (list "/etc/scanner/suppressions")) -}}
{{- end -}}
{{- if .Values.webhooks.enabled -}}
{{- $_ := set $own "webhooks" (dict "url" .Values.webhooks.url "secret_file" "/etc/scanner/secrets/webhooks/secret" "listen" (printf "%s:9465" .Values.listenAddress)) -}}
{{- end -}}
{{- if .Values.statements.enabled -}}
{{- $_ := set $own "statements" (dict "folder" (ternary "/statements" "/data/statements" (ne .Values.statements.existingClaim "")) "key_file" "/run/statement-key/key") -}}
{{- end -}}
{{- $all := mergeOverwrite $own (deepCopy .Values.settings) -}}
{{- range $key, $value := $all }}
{{ dict $key $value | toYaml }}
{{- end }}
{{- end -}}

{{/* The folder in which tokens are renewed. */}}
{{- define "scanner.tokens" -}}
{{- ternary "/tokens" "/data" (ne .Values.tokens.existingClaim "") -}}
{{- end -}}

{{- define "scanner.domains" -}}
{{- $domains := list -}}
{{- range $name, $domain := .Values.domains -}}
{{- $secrets := printf "/etc/scanner/secrets/domain-%s" $name -}}
{{- $own := dict "name" $name "host" $domain.host -}}
{{- if $domain.oauth -}}
{{- $_ := set $own "oauth" (dict "client_id_file" (printf "%s/client-id" $secrets) "client_secret_file" (printf "%s/client-secret" $secrets) "token_store" (printf "%s/%s-tokens.json" (include "scanner.tokens" $) $name)) -}}
{{- else -}}
{{- $_ := set $own "token_file" (printf "%s/token" $secrets) -}}
{{- end -}}
{{- $domains = append $domains (mergeOverwrite $own (deepCopy (default dict $domain.settings))) -}}
{{- end -}}
{{- $domains | toJson -}}
{{- end -}}

{{- define "scanner.clamav" -}}
{{- if eq .Values.clamd.mode "sidecar" -}}
{{- dict "address" "unix:/run/clamav/clamd.sock" | toJson -}}
{{- else if eq .Values.clamd.mode "service" -}}
{{- dict "address" (printf "tcp:%s-clamds:3310" (include "scanner.fullname" .)) | toJson -}}
{{- else -}}
{{- dict "addresses" .Values.clamd.external.addresses | toJson -}}
{{- end -}}
{{- end -}}

{{- define "scanner.ledger" -}}
{{- if eq .Values.ledger.type "sqlite" -}}
{{- dict "url" "sqlite:////data/ledger.db" | toJson -}}
{{- else -}}
{{- with .Values.ledger.postgresql -}}
{{- $ca := ternary (printf "&sslrootcert=%s" .caFile) "" (ne .caFile "") -}}
{{- dict "url" (printf "postgresql://%s@%s:%d/%s?sslmode=%s%s" .user .host (int .port) .database .sslmode $ca) "password_file" "/etc/scanner/secrets/ledger/password" | toJson -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "scanner.rulePaths" -}}
{{- $paths := list -}}
{{- if .Values.rules.shipped }}{{ $paths = append $paths "/opt/scanner/rules" }}{{ end -}}
{{- if or .Values.rules.inline .Values.rules.existingConfigMaps }}{{ $paths = append $paths "/etc/scanner/rules" }}{{ end -}}
{{- $paths | toJson -}}
{{- end -}}
