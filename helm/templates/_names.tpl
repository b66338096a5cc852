{{/* Names, labels, images: what every object needs. */}}

{{- define "scanner.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 45 | trimSuffix "-" -}}
{{- end -}}

{{/* At most 45, so that what Kubernetes appends for revisions and pods still fits into a label. */}}
{{- define "scanner.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 45 | trimSuffix "-" -}}
{{- else if contains (include "scanner.name" .) .Release.Name -}}
{{- .Release.Name | trunc 45 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "scanner.name" .) | trunc 45 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "scanner.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "scanner.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* Only what never changes: a selector cannot. Of dict root, component. */}}
{{- define "scanner.selectorLabels" -}}
app.kubernetes.io/name: {{ include "scanner.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "scanner.labels" -}}
{{ include "scanner.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: scanner
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name (.root.Chart.Version | replace "+" "_") }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Of dict root, image, tag (where the image has none of its own). */}}
{{- define "scanner.imageOf" -}}
{{- $registry := default .image.registry .root.Values.global.imageRegistry -}}
{{- $name := ternary .image.repository (printf "%s/%s" $registry .image.repository) (empty $registry) -}}
{{- if .image.digest -}}
{{- printf "%s@%s" $name .image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name (default .tag .image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "scanner.image" -}}
{{- include "scanner.imageOf" (dict "root" . "image" .Values.image "tag" .Chart.AppVersion) -}}
{{- end -}}

{{/* The parts that run `scanner run`, as JSON: {component: role}. */}}
{{- define "scanner.roles" -}}
{{- if and .Values.feed.separate (eq .Values.ledger.type "postgresql") -}}
{{- dict "scanner" "worker" "feed" "feed" | toJson -}}
{{- else -}}
{{- dict "scanner" "all" | toJson -}}
{{- end -}}
{{- end -}}

{{/* Which of them reads the feeds, and so takes webhooks. */}}
{{- define "scanner.feedComponent" -}}
{{- ternary "feed" "scanner" (hasKey (include "scanner.roles" . | fromJson) "feed") -}}
{{- end -}}

{{/* Of a quantity of Kubernetes, in MiB. */}}
{{- define "scanner.mebibytes" -}}
{{- $units := dict "m" 0.001 "" 1.0 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 -}}
{{- divf (mulf (regexFind "^[0-9.]+" . | float64) (get $units (regexFind "[A-Za-z]*$" .))) 1048576.0 -}}
{{- end -}}

{{/* Numbers without an exponent, true and false as clamd writes them. */}}
{{- define "scanner.plain" -}}
{{- if kindIs "float64" . -}}{{ int64 . }}{{- else if kindIs "bool" . -}}{{ ternary "yes" "no" . }}{{- else -}}{{ . }}{{- end -}}
{{- end -}}
