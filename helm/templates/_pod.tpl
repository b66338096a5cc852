{{/* A pod that runs `scanner run`. Of dict root, component, role. */}}

{{- define "scanner.podTemplate" -}}
{{- $v := .root.Values -}}
{{- $sidecar := eq $v.clamd.mode "sidecar" -}}
{{- $native := and $sidecar (include "scanner.native" .root) -}}
metadata:
  labels: {{- include "scanner.labels" . | nindent 4 }}
  {{- with $v.podLabels }}{{ toYaml . | nindent 4 }}{{ end }}
  annotations:
    # Settings are read at the start. Rules and suppressions are not in it: those are loaded when they change.
    checksum/settings: {{ include "scanner.settings" .root | sha256sum }}
    {{- if $sidecar }}
    checksum/clamd: {{ print (include "scanner.clamdConf" .root) (include "scanner.freshclamConf" (dict "root" .root "mirror" false)) | sha256sum }}
    {{- end }}
    {{- with $v.podAnnotations }}{{ toYaml . | nindent 4 }}{{ end }}
spec:
  {{- include "scanner.podBasics" .root | nindent 2 }}
  terminationGracePeriodSeconds: {{ $v.terminationGracePeriodSeconds }}
  {{- $extra := and $sidecar (include "scanner.freshens" .root) }}
  {{- $signedIn := list }}
  {{- range $name, $domain := $v.domains }}{{ if $domain.oauth }}{{ $signedIn = append $signedIn $name }}{{ end }}{{ end }}
  {{- if or $native $extra $v.statements.enabled $signedIn }}
  initContainers:
    {{- if $extra }}
    - {{- include "scanner.freshclamContainer" (dict "root" .root "mirror" false "once" true "native" false) | nindent 6 }}
    {{- end }}
    {{- if $native }}
    - {{- include "scanner.clamdContainer" (dict "root" .root "native" true) | nindent 6 }}
    {{- if $extra }}
    - {{- include "scanner.freshclamContainer" (dict "root" .root "mirror" false "once" false "native" true) | nindent 6 }}
    {{- end }}
    {{- end }}
    {{- range $signedIn }}
    # What was signed in for is renewed from then on, where it can be written: a Secret cannot. A newer one is taken again.
    - name: login-{{ . }}
      image: {{ include "scanner.image" $.root }}
      imagePullPolicy: {{ $v.image.pullPolicy }}
      args: [auth, import, --domain, {{ . }}, /etc/scanner/secrets/login-{{ . }}/store]
      env:
        - {name: SCANNER_CONFIG, value: /etc/scanner/settings/scanner.yaml}
        {{- with $v.extraEnv }}{{ toYaml . | nindent 8 }}{{ end }}
      securityContext: {{- toYaml $v.securityContext | nindent 8 }}
      resources:
        requests: {cpu: 10m, memory: 64Mi}
        limits: {memory: 256Mi}
      volumeMounts:
        {{- include "scanner.mounts" $.root | nindent 8 }}
        {{- include "scanner.tokenMount" $.root | nindent 8 }}
        - {name: login-{{ . }}, mountPath: /etc/scanner/secrets/login-{{ . }}, readOnly: true}
    {{- end }}
    {{- if $v.statements.enabled }}
    # A key that others could read is refused, and of a Secret with fsGroup the group can read every file.
    - name: statement-key
      image: {{ include "scanner.image" .root }}
      imagePullPolicy: {{ $v.image.pullPolicy }}
      command: [install, -m, "0600", /etc/scanner/secrets/statements/key, /run/statement-key/key]
      securityContext: {{- toYaml $v.securityContext | nindent 8 }}
      resources:
        requests: {cpu: 10m, memory: 16Mi}
        limits: {memory: 64Mi}
      volumeMounts:
        - {name: statement-key, mountPath: /run/statement-key}
        - {name: secret-statements, mountPath: /etc/scanner/secrets/statements, readOnly: true}
    {{- end }}
  {{- end }}
  containers:
    - name: scanner
      image: {{ include "scanner.image" .root }}
      imagePullPolicy: {{ $v.image.pullPolicy }}
      args: [run{{ if ne .role "all" }}, --role, {{ .role }}{{ end }}]
      env:
        - {name: SCANNER_CONFIG, value: /etc/scanner/settings/scanner.yaml}
        {{- with $v.extraEnv }}{{ toYaml . | nindent 8 }}{{ end }}
      ports:
        - {name: ops, containerPort: 9464, protocol: TCP}
        {{- if $v.webhooks.enabled }}
        - {name: webhooks, containerPort: 9465, protocol: TCP}
        {{- end }}
      startupProbe:
        httpGet: {path: /livez, port: ops}
        {{- toYaml $v.startupProbe | nindent 8 }}
      livenessProbe:
        httpGet: {path: /livez, port: ops}
        {{- toYaml $v.livenessProbe | nindent 8 }}
      readinessProbe:
        httpGet: {path: /readyz, port: ops}
        {{- toYaml $v.readinessProbe | nindent 8 }}
      securityContext: {{- toYaml $v.securityContext | nindent 8 }}
      resources: {{- toYaml (ternary $v.feed.resources $v.resources (eq .role "feed")) | nindent 8 }}
      volumeMounts:
        {{- include "scanner.mounts" .root | nindent 8 }}
        {{- include "scanner.ruleMounts" .root | nindent 8 }}
        {{- if eq $v.ledger.type "sqlite" }}
        - {name: data, mountPath: /data}
        {{- end }}
        {{- if $v.tokens.existingClaim }}
        {{- include "scanner.tokenMount" .root | nindent 8 }}
        {{- end }}
        {{- if $v.statements.enabled }}
        - {name: statement-key, mountPath: /run/statement-key, readOnly: true}
        {{- if $v.statements.existingClaim }}
        - {name: statements, mountPath: /statements}
        {{- end }}
        {{- end }}
        {{- if $sidecar }}
        - {name: clamd-socket, mountPath: /run/clamav}
        {{- end }}
        {{- with $v.extraVolumeMounts }}{{ toYaml . | nindent 8 }}{{ end }}
    {{- if and $sidecar (not $native) }}
    - {{- include "scanner.clamdContainer" (dict "root" .root "native" false) | nindent 6 }}
    {{- if $extra }}
    - {{- include "scanner.freshclamContainer" (dict "root" .root "mirror" false "once" false "native" false) | nindent 6 }}
    {{- end }}
    {{- end }}
  volumes:
    - name: settings
      configMap: {name: {{ include "scanner.fullname" .root }}-settings}
    {{- include "scanner.volumes" .root | nindent 4 }}
    {{- include "scanner.ruleVolumes" .root | nindent 4 }}
    {{- if and (eq $v.ledger.type "sqlite") $v.ledger.persistence.existingClaim }}
    - name: data
      persistentVolumeClaim: {claimName: {{ $v.ledger.persistence.existingClaim }}}
    {{- end }}
    {{- with $v.tokens.existingClaim }}
    - name: tokens
      persistentVolumeClaim: {claimName: {{ . }}}
    {{- end }}
    {{- if $v.statements.enabled }}
    - name: statement-key
      emptyDir: {medium: Memory, sizeLimit: 1Mi}
    {{- with $v.statements.existingClaim }}
    - name: statements
      persistentVolumeClaim: {claimName: {{ . }}}
    {{- end }}
    - name: secret-statements
      secret: {secretName: {{ $v.statements.existingSecret }}, defaultMode: 288, items: [{key: {{ $v.statements.keyKey }}, path: key}]}
    {{- end }}
    {{- if $sidecar }}
    {{- include "scanner.clamdVolumes" .root | nindent 4 }}
    {{- end }}
    {{- with $v.extraVolumes }}{{ toYaml . | nindent 4 }}{{ end }}
  {{- include "scanner.placement" $v | nindent 2 }}
{{- end -}}

{{/* What every pod of the chart has. No variables of Services: SCANNER_PORT is none of our settings. */}}
{{- define "scanner.podBasics" -}}
serviceAccountName: {{ include "scanner.serviceAccountName" . }}
{{ include "scanner.podRights" . }}
{{- end -}}

{{- define "scanner.podRights" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext: {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{- define "scanner.placement" -}}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .topologySpreadConstraints }}
topologySpreadConstraints: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Settings, secrets and room. Whole folders always: what is mounted by subPath never changes. */}}
{{- define "scanner.mounts" -}}
- {name: settings, mountPath: /etc/scanner/settings, readOnly: true}
- {name: spool, mountPath: /spool}
- {name: tmp, mountPath: /tmp}
{{- range $name, $_ := .Values.domains }}
- {name: domain-{{ $name }}, mountPath: /etc/scanner/secrets/domain-{{ $name }}, readOnly: true}
{{- end }}
{{- if eq .Values.ledger.type "postgresql" }}
- {name: secret-ledger, mountPath: /etc/scanner/secrets/ledger, readOnly: true}
{{- end }}
{{- if .Values.webhooks.enabled }}
- {name: secret-webhooks, mountPath: /etc/scanner/secrets/webhooks, readOnly: true}
{{- end }}
{{- range $name, $_ := .Values.files }}
- {name: file-{{ $name }}, mountPath: /etc/scanner/files/{{ $name }}, readOnly: true}
{{- end }}
{{- end -}}

{{- define "scanner.tokenMount" -}}
- {name: {{ ternary "tokens" "data" (ne .Values.tokens.existingClaim "") }}, mountPath: {{ include "scanner.tokens" . }}}
{{- end -}}

{{/* Mode 288 is 0440: root owns the files of a Secret, and the pod's group reads them. */}}
{{- define "scanner.volumes" -}}
- name: spool
  emptyDir:
    sizeLimit: {{ .Values.spool.sizeLimit }}
    {{- with .Values.spool.medium }}
    medium: {{ . }}
    {{- end }}
- name: tmp
  emptyDir: {sizeLimit: 256Mi}
{{- range $name, $domain := .Values.domains }}
- name: domain-{{ $name }}
  {{- with $domain.oauth }}
  secret: {secretName: {{ .existingSecret }}, defaultMode: 288, items: [{key: {{ default "client-id" .clientIdKey }}, path: client-id}, {key: {{ default "client-secret" .clientSecretKey }}, path: client-secret}]}
- name: login-{{ $name }}
  secret: {secretName: {{ .loginSecret }}, defaultMode: 288, items: [{key: {{ default "store" .storeKey }}, path: store}]}
  {{- else }}
  {{- $secret := default dict $domain.secret }}
  secret: {secretName: {{ $secret.name }}, defaultMode: 288, items: [{key: {{ default "token" $secret.tokenKey }}, path: token}]}
  {{- end }}
{{- end }}
{{- include "scanner.ledgerVolume" . }}
{{- if .Values.webhooks.enabled }}
- name: secret-webhooks
  secret: {secretName: {{ .Values.webhooks.existingSecret }}, defaultMode: 288, items: [{key: {{ .Values.webhooks.secretKey }}, path: secret}]}
{{- end }}
{{- range $name, $file := .Values.files }}
{{- include "scanner.fileVolume" (dict "name" $name "file" $file) }}
{{- end }}
{{- end -}}

{{- define "scanner.ledgerVolume" -}}
{{- if eq .Values.ledger.type "postgresql" }}
- name: secret-ledger
  secret: {secretName: {{ .Values.ledger.postgresql.existingSecret }}, defaultMode: 288, items: [{key: {{ .Values.ledger.postgresql.passwordKey }}, path: password}]}
{{- end }}
{{- end -}}

{{/* Of dict name, file. */}}
{{- define "scanner.fileVolume" }}
- name: file-{{ .name }}
  {{- if .file.secret }}
  secret: {secretName: {{ .file.secret }}, defaultMode: 288}
  {{- else }}
  configMap: {name: {{ .file.configMap }}}
  {{- end }}
{{- end -}}

{{- define "scanner.ruleMounts" -}}
{{- if .Values.rules.inline }}
- {name: rules, mountPath: /etc/scanner/rules/values, readOnly: true}
{{- end }}
{{- range .Values.rules.existingConfigMaps }}
- {name: rules-{{ . }}, mountPath: /etc/scanner/rules/{{ . }}, readOnly: true}
{{- end }}
{{- if or .Values.suppressions.inline .Values.suppressions.existingConfigMap }}
- {name: suppressions, mountPath: /etc/scanner/suppressions, readOnly: true}
{{- end }}
{{- end -}}

{{- define "scanner.ruleVolumes" -}}
{{- if .Values.rules.inline }}
- name: rules
  configMap: {name: {{ include "scanner.fullname" . }}-rules}
{{- end }}
{{- range .Values.rules.existingConfigMaps }}
- name: rules-{{ . }}
  configMap: {name: {{ . }}}
{{- end }}
{{- if or .Values.suppressions.inline .Values.suppressions.existingConfigMap }}
- name: suppressions
  configMap: {name: {{ default (printf "%s-suppressions" (include "scanner.fullname" .)) .Values.suppressions.existingConfigMap }}}
{{- end }}
{{- end -}}
