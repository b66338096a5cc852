{{/* clamd, and freshclam beside it: the same containers in scanner's pod and in pods of their own. */}}

{{- define "scanner.clamdConf" -}}
{{- $own := dict "Foreground" "yes" "LogTime" "yes" "LocalSocket" "/run/clamav/clamd.sock" "LocalSocketMode" "660" "FixStaleSocket" "yes" "DatabaseDirectory" "/var/lib/clamav" "TemporaryDirectory" "/tmp" -}}
{{- if eq .Values.clamd.mode "service" -}}
{{- $_ := set $own "TCPSocket" "3310" -}}
{{- $_ := set $own "TCPAddr" (trimAll "[]" .Values.listenAddress) -}}
{{- end -}}
{{- include "scanner.lines" (merge $own .Values.clamd.config) -}}
{{- end -}}

{{/* Of dict root, mirror (the mirror's own freshclam), with a private mirror or ClamAV's servers. */}}
{{- define "scanner.freshclamConf" -}}
{{- $v := .root.Values -}}
{{- $from := "" -}}
{{- if .mirror -}}
{{- $from = $v.mirror.upstream -}}
{{- else if eq $v.clamd.signatures.source "mirror" -}}
{{- $from = ternary (printf "http://%s-mirror:8080" (include "scanner.fullname" .root)) $v.clamd.signatures.mirrorUrl $v.mirror.enabled -}}
{{- end -}}
{{- $own := dict "Foreground" "yes" "DatabaseDirectory" "/var/lib/clamav" "LogTime" "yes" -}}
{{- if $from -}}
{{- $own = merge $own (dict "PrivateMirror" $from "ScriptedUpdates" "no" "DNSDatabaseInfo" "no") -}}
{{- else -}}
{{- $own = merge $own (dict "DatabaseMirror" "database.clamav.net") -}}
{{- /* Whole sets, not differences: what others are to fetch from here has to be there as one file. */ -}}
{{- if .mirror }}{{ $own = merge $own (dict "ScriptedUpdates" "no") }}{{ end -}}
{{- end -}}
{{- include "scanner.lines" (merge $own $v.clamd.freshclam.config) -}}
{{- end -}}

{{- define "scanner.lines" -}}
{{- range $key, $value := . }}
{{ $key }} {{ include "scanner.plain" $value }}
{{- end }}
{{- end -}}

{{- define "scanner.freshens" -}}
{{- if has .Values.clamd.signatures.source (list "internet" "mirror") -}}true{{- end -}}
{{- end -}}

{{- define "scanner.native" -}}
{{- $n := .Values.clamd.sidecar.native -}}
{{- if or (eq $n "always") (and (eq $n "auto") (semverCompare ">=1.29.0-0" .Capabilities.KubeVersion.Version)) -}}true{{- end -}}
{{- end -}}

{{/* Of dict root, native. Only its own socket tells whether clamd works: a process may be there that does not. */}}
{{- define "scanner.clamdContainer" -}}
{{- $v := .root.Values -}}
name: clamd
image: {{ include "scanner.imageOf" (dict "root" .root "image" $v.clamd.image "tag" "") }}
imagePullPolicy: {{ $v.clamd.image.pullPolicy }}
{{- if .native }}
restartPolicy: Always
{{- end }}
command: [clamd]
args: [--foreground, --config-file=/etc/scanner/clamd/clamd.conf]
securityContext: {{- toYaml $v.securityContext | nindent 2 }}
{{- if eq $v.clamd.mode "service" }}
ports:
  - {name: clamd, containerPort: 3310, protocol: TCP}
{{- end }}
startupProbe:
  exec: {command: [clamdscan, --config-file=/etc/scanner/clamd/clamd.conf, --ping, "1"]}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 60
livenessProbe:
  exec: {command: [clamdscan, --config-file=/etc/scanner/clamd/clamd.conf, --ping, "1"]}
  periodSeconds: 30
  timeoutSeconds: 15
  failureThreshold: 6
{{- if eq $v.clamd.mode "service" }}
readinessProbe:
  exec: {command: [clamdscan, --config-file=/etc/scanner/clamd/clamd.conf, --ping, "1"]}
  periodSeconds: 10
  timeoutSeconds: 10
  failureThreshold: 3
{{- end }}
resources: {{- toYaml $v.clamd.resources | nindent 2 }}
volumeMounts:
  - {name: clamd-config, mountPath: /etc/scanner/clamd, readOnly: true}
  - {name: clamd-socket, mountPath: /run/clamav}
  - {name: clamd-tmp, mountPath: /tmp}
  {{- if ne $v.clamd.signatures.source "image" }}
  - {name: signatures, mountPath: /var/lib/clamav, readOnly: true}
  {{- end }}
{{- end -}}

{{/* Of dict root, mirror, once, native. With `once` it ends when signatures are there, old ones too: they find more than none. */}}
{{- define "scanner.freshclamContainer" -}}
{{- $v := .root.Values -}}
name: {{ ternary "signatures" "freshclam" .once }}
image: {{ include "scanner.imageOf" (dict "root" .root "image" $v.clamd.image "tag" "") }}
imagePullPolicy: {{ $v.clamd.image.pullPolicy }}
{{- if .native }}
restartPolicy: Always
{{- end }}
{{- if .once }}
command: [sh, -c]
args:
  - >-
    freshclam --stdout --config-file=/etc/scanner/clamd/freshclam.conf
    || ls /var/lib/clamav/main.c?d
{{- else }}
command: [freshclam]
args: [--daemon, --foreground, --stdout, --config-file=/etc/scanner/clamd/freshclam.conf]
{{- end }}
securityContext: {{- toYaml $v.securityContext | nindent 2 }}
resources: {{- toYaml $v.clamd.freshclam.resources | nindent 2 }}
volumeMounts:
  - {name: {{ ternary "mirror-config" "clamd-config" .mirror }}, mountPath: /etc/scanner/clamd, readOnly: true}
  - {name: freshclam-tmp, mountPath: /tmp}
  - {name: signatures, mountPath: /var/lib/clamav}
{{- end -}}

{{/* Without the signatures, where a claim template gives them. */}}
{{- define "scanner.clamdVolumes" -}}
{{- $s := .Values.clamd.signatures -}}
- name: clamd-config
  configMap: {name: {{ include "scanner.fullname" . }}-clamd}
- name: clamd-socket
  emptyDir: {sizeLimit: 1Mi}
- name: clamd-tmp
  emptyDir: {sizeLimit: {{ .Values.clamd.tmpSizeLimit }}}
{{- if include "scanner.freshens" . }}
- name: freshclam-tmp
  emptyDir: {sizeLimit: 1Gi}
{{- end }}
{{- if eq $s.source "volume" }}
- name: signatures
  persistentVolumeClaim: {claimName: {{ $s.existingClaim }}, readOnly: true}
{{- else if and (ne $s.source "image") (not $s.persistent) }}
- name: signatures
  emptyDir: {sizeLimit: {{ $s.size }}}
{{- end }}
{{- end -}}
