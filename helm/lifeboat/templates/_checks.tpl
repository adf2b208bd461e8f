{{/* Refuses values that contradict each other, which the schema cannot see. Each refusal begins with the key. */}}
{{- define "lifeboat.checks" -}}
{{- $root := . -}}
{{- include "lifeboat.checkNames" . -}}
{{- if eq (int .Values.listen.port) (int .Values.listen.adminPort) }}{{ fail "listen.adminPort: is listen.port already" }}{{ end -}}
{{- $known := concat (list "gateway" "identity") (keys .Values.capabilities) -}}
{{- include "lifeboat.checkEntry" (dict "key" "defaults" "entry" .Values.defaults "known" $known) -}}
{{- range $key, $own := include "lifeboat.entries" . | fromYaml -}}
{{- $entry := include "lifeboat.entry" (dict "root" $root "entry" $own) | fromYaml -}}
{{- include "lifeboat.checkEntry" (dict "key" $key "entry" $entry "known" $known) -}}
{{- end -}}
{{- range $key, $of := dict "restore" .Values.restore "backup" .Values.backup "journalBackup" .Values.journalBackup
  "vault.scrub" .Values.vault.scrub "vault.watch" .Values.vault.watch
  "database.cloudNativePg" .Values.database.cloudNativePg "broker.rabbitmqCluster" .Values.broker.rabbitmqCluster -}}
{{- include "lifeboat.checkResources" (dict "key" $key "of" $of) -}}
{{- end -}}
{{- range $program, $_ := .Values.image.digests -}}
{{- if not (has $program (append $known "lifeboat")) }}{{ fail (printf "image.digests.%s: there is no such program" $program) }}{{ end -}}
{{- end -}}
{{- $clouds := dict -}}
{{- range .Values.vault.clouds -}}
{{- if hasKey $clouds .name }}{{ fail (printf "vault.clouds: %s is there twice" .name) }}{{ end -}}
{{- $_ := set $clouds .name . -}}
{{- if and .credentials (not $root.Values.vault.credentialsSecret) }}{{ fail (printf "vault.credentialsSecret: name the Secret with %s, the credentials of %s" .credentials .name) }}{{ end -}}
{{- end -}}
{{- if and .Values.serviceMonitors.enabled .Values.networkPolicy.enabled (not .Values.networkPolicy.monitoring) -}}
{{- fail "networkPolicy.monitoring: name who may read measures, or switch serviceMonitors off" -}}
{{- end -}}
{{- $clients := dict -}}
{{- range (.Values.services.identity).clients -}}
{{- if hasKey $clients .clientId }}{{ fail (printf "services.identity.clients: %s is there twice" .clientId) }}{{ end -}}
{{- $_ := set $clients .clientId . -}}
{{- end -}}
{{- $certificates := .Values.tls.certManager -}}
{{- if ge (trimSuffix "h" $certificates.renewBefore | int) (trimSuffix "h" $certificates.duration | int) -}}
{{- fail (printf "tls.certManager.renewBefore: %s, but duration is %s" $certificates.renewBefore $certificates.duration) -}}
{{- end -}}
{{- include "lifeboat.checkEdge" .Values.edge -}}
{{- include "lifeboat.checkConnections" . -}}
{{- end -}}

{{/* Every service's own settings by their key, such as capabilities.household, as YAML. */}}
{{- define "lifeboat.entries" -}}
{{- $entries := dict -}}
{{- range $section := list "services" "capabilities" -}}
{{- range $name, $entry := index $.Values $section }}{{ $_ := set $entries (printf "%s.%s" $section $name) $entry }}{{ end -}}
{{- end -}}
{{- toYaml $entries -}}
{{- end -}}

{{/* Names that are made of the release's and another: Kubernetes takes 63 letters, of a CronJob and a StatefulSet 52. */}}
{{- define "lifeboat.checkNames" -}}
{{- $fullname := include "lifeboat.fullname" . -}}
{{- if not (regexMatch "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" .Release.Name) }}{{ fail (printf "release: %s is part of Services' names, which take only a-z, 0-9 and -" .Release.Name) }}{{ end -}}
{{- if gt (len $fullname) 37 }}{{ fail (printf "release: %s, the name of what it makes, has more than 37 letters: give the release a name of at most 28, or 37 with lifeboat in it" $fullname) }}{{ end -}}
{{- range $name, $_ := .Values.capabilities -}}
{{- $words := list "address" "all" "backup" "broker" "cost" "dashboard" "default-deny" "edge" "gateway" "identity" "journal-backup" "lifeboat" "metrics" "postgres" "restore" "rules" "secrets" "test" -}}
{{- if or (has $name $words) (regexMatch "^(broker|gateway|identity|postgres|restore|to|vault)-" $name) }}{{ fail (printf "capabilities.%s: is the name of something else in the release" $name) }}{{ end -}}
{{- end -}}
{{- range include "lifeboat.enabled" . | fromJsonArray -}}
{{- $longest := printf "%s-%s" $fullname . -}}
{{- if gt (len $longest) 63 }}{{ fail (printf "capabilities.%s: the name of its Service, %s, has more than 63 letters: give the release or the capability a shorter one" . $longest) }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* A service's settings. Takes key, entry and known, the names of all services. */}}
{{- define "lifeboat.checkEntry" -}}
{{- with .entry.autoscaling -}}
{{- if gt (int .minReplicas) (int .maxReplicas) }}{{ fail (printf "%s.autoscaling.minReplicas: %v, but maxReplicas is %v" $.key .minReplicas .maxReplicas) }}{{ end -}}
{{- end -}}
{{- include "lifeboat.checkResources" (dict "key" .key "of" .entry) -}}
{{- range .entry.callers -}}
{{- if not (has . $.known) }}{{ fail (printf "%s.callers: there is no service %s" $.key .) }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* Kubernetes takes no pod that asks for more than it may have. Takes key and of, which has resources. */}}
{{- define "lifeboat.checkResources" -}}
{{- $requests := .of.resources.requests -}}
{{- with .of.resources.limits -}}
{{- if and .cpu (gt (include "lifeboat.millicores" $requests.cpu | int) (include "lifeboat.millicores" (.cpu | default 0) | int)) -}}
{{- fail (printf "%s.resources.requests.cpu: %v, but the limit is %v" $.key $requests.cpu .cpu) -}}
{{- end -}}
{{- if gt (include "lifeboat.mebibytes" $requests.memory | int) (include "lifeboat.mebibytes" .memory | int) -}}
{{- fail (printf "%s.resources.requests.memory: %v, but the limit is %v" $.key $requests.memory .memory) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What is said of an edge, and is for nothing where the edge is of this type. Takes edge. */}}
{{- define "lifeboat.checkEdge" -}}
{{- if and (contains "/" .className) (ne .type "load-balancer") }}{{ fail (printf "edge.className: %s is no name of a class with edge.type %s" .className .type) }}{{ end -}}
{{- $own := list "annotations" "className" "certManager" -}}
{{- $route := list "parentRef" "certManager" -}}
{{- $used := dict "none" list "ingress" $own "load-balancer" $own "gateway" (ternary $own $route (not (empty .className))) -}}
{{- $set := dict "annotations" .annotations "className" .className "parentRef" .parentRef "certManager.enabled" .certManager.enabled -}}
{{- range $key, $value := $set -}}
{{- if and $value (not (has (trimSuffix ".enabled" $key) (index $used $.type))) -}}
{{- fail (printf "edge.%s: is for nothing with edge.type %s%s" $key $.type (ternary " and a className" "" (and (eq $.type "gateway") (not (empty $.className))))) -}}
{{- end -}}
{{- end -}}
{{- end -}}
