{{/* The name of everything in the release. Services' names begin with a letter. */}}
{{- define "lifeboat.fullname" -}}
{{- if not (regexMatch "^[a-z]" .Release.Name) -}}
{{- printf "%s-%s" .Chart.Name .Release.Name -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name -}}
{{- end -}}
{{- end -}}

{{/* What selects all pods of the release. */}}
{{- define "lifeboat.selectorOfAll" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{/* What selects one component. Takes root and component. */}}
{{- define "lifeboat.selector" -}}
{{ include "lifeboat.selectorOfAll" .root }}
app.kubernetes.io/component: {{ .component | quote }}
{{- end -}}

{{/* Labels of an object. Takes root, component and role. */}}
{{- define "lifeboat.labels" -}}
{{ include "lifeboat.selector" . }}
app.kubernetes.io/part-of: {{ .root.Chart.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
lifeboat/role: {{ .role }}
{{- end -}}

{{/* Metadata of an object. Takes root, component, role, and name where it is not the component's. */}}
{{- define "lifeboat.metadata" -}}
name: {{ .name | default (printf "%s-%s" (include "lifeboat.fullname" .root) .component) | quote }}
namespace: {{ .root.Release.Namespace | quote }}
labels:
  {{- include "lifeboat.labels" . | nindent 2 }}
{{- end -}}

{{/* Labels of a pod: its component's, and what values add. Takes root, component and role. */}}
{{- define "lifeboat.podLabels" -}}
{{ include "lifeboat.labels" . }}
{{- with .root.Values.pods.labels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The name of the Job that restores a capability. Takes root, capability and what, all that makes it another restore. Where it would be too long
     it is cut, and what was cut off is in its hash. */}}
{{- define "lifeboat.restoreJob" -}}
{{- $name := printf "%s-restore-%s" (include "lifeboat.fullname" .root) .capability -}}
{{- $hashed := ternary (toJson .what) (printf "%s %s" $name (toJson .what)) (le (len $name) 54) -}}
{{- printf "%s-%s" (trunc 54 $name | trimSuffix "-") (sha256sum $hashed | trunc 8) -}}
{{- end -}}

{{/* An address and a port to listen on. Takes root and port. */}}
{{- define "lifeboat.listenAt" -}}
{{- $address := .root.Values.listen.address -}}
{{- ternary (printf "[%s]" $address) $address (contains ":" $address) }}:{{ int .port }}
{{- end -}}

{{/* The image of a program. Takes root, program and, where it is pinned, digest. */}}
{{- define "lifeboat.image" -}}
{{- $image := .root.Values.image -}}
{{- with $image.registry }}{{ . }}/{{ end -}}
{{- $image.repository }}/{{ .program -}}
{{- if .digest }}@{{ .digest }}{{ else }}:{{ $image.tag | default .root.Chart.AppVersion }}{{ end -}}
{{- end -}}

{{/* A service's own settings over those of all. Takes root and entry; gives YAML. */}}
{{- define "lifeboat.entry" -}}
{{- toYaml (mergeOverwrite (deepCopy .root.Values.defaults) (deepCopy .entry)) -}}
{{- end -}}

{{/* The names of the capabilities that are switched on, as JSON. */}}
{{- define "lifeboat.enabled" -}}
{{- $names := list -}}
{{- range $name, $entry := .Values.capabilities -}}
{{- if $entry.enabled }}{{ $names = append $names $name }}{{ end -}}
{{- end -}}
{{- toJson $names -}}
{{- end -}}

{{/* Whether a service has more than one copy. Takes an entry. */}}
{{- define "lifeboat.severalCopies" -}}
{{- if or (and .autoscaling.enabled (gt (int .autoscaling.minReplicas) 1)) (and (not .autoscaling.enabled) (gt (int .replicas) 1)) -}}true{{- end -}}
{{- end -}}

{{/* The port of a URL of HTTP. */}}
{{- define "lifeboat.portOf" -}}
{{- $url := urlParse . -}}
{{- regexFind "[0-9]+$" (regexFind ":[0-9]+$" $url.host) | default (ternary "443" "80" (eq $url.scheme "https")) -}}
{{- end -}}

{{/* How the services call each other: http or https. */}}
{{- define "lifeboat.scheme" -}}
{{- if .Values.tls.enabled }}https{{ else }}http{{ end -}}
{{- end -}}

{{/* Whether TLS from the world ends in the gateway itself. */}}
{{- define "lifeboat.edgeTls" -}}
{{- if eq .Values.edge.type "load-balancer" }}true{{ end -}}
{{- end -}}
