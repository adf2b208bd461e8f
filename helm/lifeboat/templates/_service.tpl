{{/*
One service with all that belongs to it: ConfigMap, Deployment, Service, PodDisruptionBudget, HorizontalPodAutoscaler.
Takes root, component, role, program, entry, config (TOML below [service]), variables (YAML list), files (YAML list of volumes beside its
keys, each with its mount), gates (YAML list of init containers), isTls (whether its listener speaks TLS), edgeTls (whether with the certificate
for the world), address (of the gateway for the world, where the service has to know it).
*/}}
{{- define "lifeboat.service" -}}
{{- $root := .root -}}
{{- $entry := .entry -}}
{{- $fullname := printf "%s-%s" (include "lifeboat.fullname" $root) .component -}}
{{- $config := include "lifeboat.config" . -}}
{{- $variables := .variables | default "" -}}
{{- $traces := $root.Values.telemetry.traces -}}
{{- if and $traces.endpoint $traces.headersSecret.name -}}
{{- $headers := include "lifeboat.variable" (dict "variable" "LIFEBOAT_TELEMETRY__TRACES__HEADERS" "secret" $traces.headersSecret) -}}
{{- $variables = printf "%s\n%s" ($variables | trim) ($headers | trim) -}}
{{- end -}}
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "lifeboat.metadata" . | nindent 2 }}
data:
  service.toml: |
    {{- $config | nindent 4 }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "lifeboat.metadata" . | nindent 2 }}
spec:
  {{- if not $entry.autoscaling.enabled }}
  replicas: {{ int $entry.replicas }}
  {{- end }}
  revisionHistoryLimit: 3
  {{- if .gates }}
  # As long as a restore takes: until then pods wait for their data, and nothing has failed.
  progressDeadlineSeconds: 86400
  {{- end }}
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
  selector:
    matchLabels:
      {{- include "lifeboat.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "lifeboat.podLabels" . | nindent 8 }}
      annotations:
        {{- with $root.Values.pods.annotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        checksum/config: {{ $config | sha256sum }}
        {{- with .address }}
        checksum/address: {{ . | sha256sum }}
        {{- end }}
    spec:
      {{- include "lifeboat.podSecurity" $root | nindent 6 }}
      terminationGracePeriodSeconds: {{ include "lifeboat.grace" $root }}
      {{- include "lifeboat.spread" . | nindent 6 }}
      {{- with $entry.priorityClassName }}
      priorityClassName: {{ . | quote }}
      {{- end }}
      {{- with .gates }}
      initContainers:
        {{- . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .component | quote }}
          image: {{ include "lifeboat.image" (dict "root" $root "program" .program "digest" (index $root.Values.image.digests .program)) }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          args: [--config, /etc/lifeboat/service/service.toml]
          {{- with $variables }}
          env:
            {{- . | trim | nindent 12 }}
          {{- end }}
          ports:
            - {name: http, containerPort: {{ int $root.Values.listen.port }}, protocol: TCP}
            - {name: admin, containerPort: {{ int $root.Values.listen.adminPort }}, protocol: TCP}
          {{- include "lifeboat.probes" $root | nindent 10 }}
          resources:
            {{- toYaml $entry.resources | nindent 12 }}
          {{- include "lifeboat.containerSecurity" $root | nindent 10 }}
          volumeMounts:
            - {name: config, mountPath: /etc/lifeboat/service, readOnly: true}
            - {name: trusted, mountPath: /etc/lifeboat/trusted, readOnly: true}
            - {name: keys, mountPath: /run/secrets/lifeboat, readOnly: true}
            {{- if $root.Values.tls.enabled }}
            - {name: tls, mountPath: /run/secrets/lifeboat-tls, readOnly: true}
            {{- if $root.Values.tls.revocations.configMap }}
            - {name: revocations, mountPath: /etc/lifeboat/revocations, readOnly: true}
            {{- end }}
            {{- end }}
            {{- if .edgeTls }}
            - {name: edge-tls, mountPath: /run/secrets/lifeboat-edge, readOnly: true}
            {{- end }}
            {{- if .clients }}
            - {name: clients, mountPath: /etc/lifeboat/clients, readOnly: true}
            {{- end }}
            {{- with include "lifeboat.authorityMounts" $root }}
            {{- . | nindent 12 }}
            {{- end }}
      volumes:
        - name: config
          configMap: {name: {{ $fullname }}}
        - name: trusted
          configMap:
            name: {{ $root.Values.keys.trustedServices.configMap | quote }}
            items: [{key: {{ $root.Values.keys.trustedServices.key | quote }}, path: trusted-services.jwks}]
        - name: keys
          secret:
            secretName: {{ include "lifeboat.keysSecret" . | quote }}
            defaultMode: 288
            items:
              {{- range $file := .keyFiles }}
              - {key: {{ $file }}, path: {{ $file }}}
              {{- end }}
        {{- if $root.Values.tls.enabled }}
        - name: tls
          secret: {secretName: "{{ $root.Values.tls.secretPrefix }}-{{ .component }}", defaultMode: 288}
        {{- with $root.Values.tls.revocations }}
        {{- if .configMap }}
        - name: revocations
          configMap:
            name: {{ .configMap | quote }}
            items: [{key: {{ .key | quote }}, path: ca.crl}]
        {{- end }}
        {{- end }}
        {{- end }}
        {{- if .edgeTls }}
        - name: edge-tls
          secret: {secretName: {{ $root.Values.edge.tlsSecret | quote }}, defaultMode: 288}
        {{- end }}
        {{- if .clients }}
        - name: clients
          configMap: {name: {{ $fullname }}-clients}
        {{- end }}
        {{- with include "lifeboat.authorityVolumes" $root }}
        {{- . | nindent 8 }}
        {{- end }}
---
apiVersion: v1
kind: Service
metadata:
  {{- include "lifeboat.metadata" . | nindent 2 }}
spec:
  type: ClusterIP
  selector:
    {{- include "lifeboat.selector" . | nindent 4 }}
  ports:
    - {name: http, port: {{ int $root.Values.listen.port }}, targetPort: http, protocol: TCP, appProtocol: {{ if .isTls }}https{{ else }}http{{ end }}}
    - {name: admin, port: {{ int $root.Values.listen.adminPort }}, targetPort: admin, protocol: TCP, appProtocol: http}
{{- if include "lifeboat.severalCopies" $entry }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "lifeboat.metadata" . | nindent 2 }}
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "lifeboat.selector" . | nindent 6 }}
{{- end }}
{{- if $entry.autoscaling.enabled }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "lifeboat.metadata" . | nindent 2 }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{ $fullname }}}
  minReplicas: {{ int $entry.autoscaling.minReplicas }}
  maxReplicas: {{ int $entry.autoscaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: {{ int $entry.autoscaling.cpuPercent }}}
  behavior:
    scaleUp:
      stabilizationWindowSeconds: 0
      policies: [{type: Percent, value: 100, periodSeconds: 15}]
    scaleDown:
      stabilizationWindowSeconds: 300
      policies: [{type: Pods, value: 1, periodSeconds: 60}]
{{- end }}
{{- end -}}

{{/* The configuration file of a service. */}}
{{- define "lifeboat.config" -}}
{{- $listen := .root.Values.listen -}}
[telemetry]
format = "json"
filter = {{ .root.Values.telemetry.filter | quote }}
{{- with .root.Values.telemetry.traces }}
{{- if .endpoint }}

[telemetry.traces]
endpoint = {{ .endpoint | quote }}
sample_ratio = {{ .sampleRatio }}
timeout_ms = {{ int .timeoutMs }}
{{- with include "lifeboat.authority" (dict "root" $.root "of" "collector") }}
{{ . }}
{{- end }}
{{- end }}
{{- end }}

[admin]
listen = "{{ include "lifeboat.listenAt" (dict "root" .root "port" $listen.adminPort) }}"

{{ .config | trim }}

[service.server]
listen = "{{ include "lifeboat.listenAt" (dict "root" .root "port" $listen.port) }}"
workers = {{ int .entry.workers }}
drain_delay_ms = {{ mul 1000 (int .root.Values.drain.delaySeconds) }}
stop_timeout_s = {{ int .root.Values.drain.timeoutSeconds }}
{{- if .root.Values.tls.enabled }}

[service.tls]
certificate_file = "/run/secrets/lifeboat-tls/tls.crt"
key_file = "/run/secrets/lifeboat-tls/tls.key"
ca_file = "/run/secrets/lifeboat-tls/ca.crt"
{{- if .root.Values.tls.revocations.configMap }}
crl_file = "/etc/lifeboat/revocations/ca.crl"
{{- end }}
{{- end }}
{{- end -}}
