{{/* What every pod has: restricted Pod Security, no token of the API server, and none of the variables that Kubernetes makes of
     Services: of a release called lifeboat they would begin with LIFEBOAT_, and the programs refuse settings that they do not know. */}}
{{- define "lifeboat.podSecurity" -}}
serviceAccountName: {{ include "lifeboat.fullname" . }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.pods.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.pods.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.pods.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* What a pod has that is no copy of a service: they say it themselves. */}}
{{- define "lifeboat.priority" -}}
{{- with .Values.defaults.priorityClassName -}}
priorityClassName: {{ . | quote }}
{{- end -}}
{{- end -}}

{{- define "lifeboat.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  privileged: false
  capabilities:
    drop: [ALL]
{{- end -}}

{{/* Where pods of one component go. Takes root and component. */}}
{{- define "lifeboat.spread" -}}
{{- $spread := .root.Values.topologySpread -}}
topologySpreadConstraints:
  {{- range $key, $whenUnsatisfiable := dict "topology.kubernetes.io/zone" $spread.zones "kubernetes.io/hostname" $spread.hosts }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: {{ $whenUnsatisfiable }}
    labelSelector:
      matchLabels:
        {{- include "lifeboat.selector" $ | nindent 8 }}
    matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- end -}}

{{/* On the admin port: the services' own ask for a certificate where there is mutual TLS. */}}
{{- define "lifeboat.probes" -}}
startupProbe:
  httpGet: {path: /livez, port: admin}
  periodSeconds: 1
  timeoutSeconds: 2
  failureThreshold: 60
readinessProbe:
  httpGet: {path: /readyz, port: admin}
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 2
livenessProbe:
  httpGet: {path: /livez, port: admin}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- end -}}

{{/* SIGTERM, readiness falls, the delay, the requests on the way, what is left to put in order, and a margin. */}}
{{- define "lifeboat.grace" -}}
{{- add (int .Values.drain.delaySeconds) (mul 2 (int .Values.drain.timeoutSeconds)) 5 -}}
{{- end -}}

{{/* Certificates of those who vouch for data stores and collector, as files of one folder; nothing where there are none. */}}
{{- define "lifeboat.authorityVolumes" -}}
{{- $sources := list -}}
{{- range $of, $authority := .Values.authorities -}}
{{- if $authority.configMap -}}
{{- $items := list (dict "key" $authority.key "path" (printf "%s.crt" $of)) -}}
{{- $sources = append $sources (dict "configMap" (dict "name" $authority.configMap "items" $items)) -}}
{{- end -}}
{{- end -}}
{{- with $sources -}}
- name: authorities
  projected:
    sources:
      {{- toYaml . | nindent 6 }}
{{- end -}}
{{- end -}}

{{- define "lifeboat.authorityMounts" -}}
{{- if include "lifeboat.authorityVolumes" . -}}
- {name: authorities, mountPath: /etc/lifeboat/authorities, readOnly: true}
{{- end -}}
{{- end -}}

{{/* The line of a configuration that names one of these files, where there is one. Takes root and of. */}}
{{- define "lifeboat.authority" -}}
{{- if (index .root.Values.authorities .of).configMap -}}
ca_file = "/etc/lifeboat/authorities/{{ .of }}.crt"
{{- end -}}
{{- end -}}

{{/* A variable from a Secret. Takes variable and secret (name, key). */}}
{{- define "lifeboat.variable" -}}
- name: {{ .variable }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret.name | quote }}
      key: {{ .secret.key | quote }}
{{- end -}}

{{/* The Secret with a service's database: its own, the operator's, or that of all. Takes root and entry; gives YAML. */}}
{{- define "lifeboat.database" -}}
{{- $own := (.entry.database).secret -}}
{{- if $own -}}
{{- toYaml $own -}}
{{- else if .root.Values.database.cloudNativePg.enabled -}}
name: {{ include "lifeboat.fullname" .root }}-postgres-app
key: uri
{{- else -}}
{{- toYaml .root.Values.database.secret -}}
{{- end -}}
{{- end -}}

{{/* The variables that name a capability's streaming replica, where it has one. Takes root and entry. */}}
{{- define "lifeboat.replicaVariables" -}}
{{- $variable := "LIFEBOAT_SERVICE__REPLICA__DATABASE" -}}
{{- $cluster := .root.Values.database.cloudNativePg -}}
{{- if .entry.database.replicaSecret -}}
{{- include "lifeboat.variable" (dict "variable" $variable "secret" .entry.database.replicaSecret) -}}
{{- else if .entry.database.secret -}}
{{- else if and $cluster.enabled (gt (int $cluster.instances) 1) -}}
{{- $postgres := printf "%s-postgres" (include "lifeboat.fullname" .root) -}}
{{- $secret := printf "%s-app" $postgres -}}
{{- include "lifeboat.variable" (dict "variable" "DATABASE_USER" "secret" (dict "name" $secret "key" "username")) }}
{{ include "lifeboat.variable" (dict "variable" "DATABASE_PASSWORD" "secret" (dict "name" $secret "key" "password")) }}
- name: {{ $variable }}
  value: postgres://$(DATABASE_USER):$(DATABASE_PASSWORD)@{{ $postgres }}-ro:5432/lifeboat
{{- else if and .root.Values.database.replicaSecret (not $cluster.enabled) -}}
{{- include "lifeboat.variable" (dict "variable" $variable "secret" .root.Values.database.replicaSecret) -}}
{{- end -}}
{{- end -}}

{{/* The broker's address. The operator's Secret has its parts only. */}}
{{- define "lifeboat.brokerVariables" -}}
{{- if and .Values.broker.enabled .Values.broker.rabbitmqCluster.enabled -}}
{{- $secret := printf "%s-broker-default-user" (include "lifeboat.fullname" .) -}}
{{- range $variable, $key := dict "BROKER_HOST" "host" "BROKER_PASSWORD" "password" "BROKER_PORT" "port" "BROKER_USER" "username" }}
{{ include "lifeboat.variable" (dict "variable" $variable "secret" (dict "name" $secret "key" $key)) }}
{{- end }}
- name: LIFEBOAT_SERVICE__JOURNAL__BROKER__URL
  value: amqp://$(BROKER_USER):$(BROKER_PASSWORD)@$(BROKER_HOST):$(BROKER_PORT)/%2f
{{- else if .Values.broker.enabled -}}
{{- include "lifeboat.variable" (dict "variable" "LIFEBOAT_SERVICE__JOURNAL__BROKER__URL" "secret" .Values.broker.secret) -}}
{{- end -}}
{{- end -}}

{{/* The Secret with a service's own keys. Takes root, component and entry. */}}
{{- define "lifeboat.keysSecret" -}}
{{- .entry.keysSecret | default (printf "%s-%s" .root.Values.keys.secretPrefix .component) -}}
{{- end -}}

{{/* A container that waits until the data of a capability is in service. Takes root, name, capability and entry. */}}
{{- define "lifeboat.gate" -}}
- name: {{ .name }}
  image: {{ include "lifeboat.image" (dict "root" .root "program" "lifeboat" "digest" (index .root.Values.image.digests "lifeboat")) }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  args: [snapshot, wait, --system, {{ .capability | quote }}]
  env:
    {{- include "lifeboat.variable" (dict "variable" "LIFEBOAT_SNAPSHOT__DATABASE" "secret" (include "lifeboat.database" (dict "root" .root "entry" .entry) | fromYaml)) | nindent 4 }}
  {{- include "lifeboat.containerSecurity" . | nindent 2 }}
  resources:
    requests: {cpu: 10m, memory: 32Mi}
    limits: {cpu: 100m, memory: 64Mi}
  {{- with include "lifeboat.authorityMounts" .root }}
  volumeMounts:
    {{- . | nindent 4 }}
  {{- end }}
{{- end -}}
