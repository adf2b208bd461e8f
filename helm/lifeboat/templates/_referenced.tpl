{{/* The names of all Secrets that the release reads and nobody else makes, as JSON. */}}
{{- define "lifeboat.referencedSecrets" -}}
{{- $root := . -}}
{{- $names := list -}}
{{- $fullname := include "lifeboat.fullname" . -}}
{{- $made := list (printf "%s-postgres-app" $fullname) -}}
{{- range $name, $own := .Values.capabilities -}}
{{- if $own.enabled -}}
{{- $entry := include "lifeboat.entry" (dict "root" $root "entry" $own) | fromYaml -}}
{{- $names = append $names (include "lifeboat.keysSecret" (dict "root" $root "component" $name "entry" $entry)) -}}
{{- $names = append $names (include "lifeboat.database" (dict "root" $root "entry" $entry) | fromYaml).name -}}
{{- range include "lifeboat.replicaVariables" (dict "root" $root "entry" $entry) | fromYamlArray -}}
{{- $names = append $names (((.valueFrom).secretKeyRef).name | default "") -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $name := list "gateway" "identity" -}}
{{- $own := index $root.Values.services $name -}}
{{- if $own.enabled -}}
{{- $entry := include "lifeboat.entry" (dict "root" $root "entry" $own) | fromYaml -}}
{{- $names = append $names (include "lifeboat.keysSecret" (dict "root" $root "component" $name "entry" $entry)) -}}
{{- $names = append $names (include "lifeboat.database" (dict "root" $root "entry" $entry) | fromYaml).name -}}
{{- $names = concat $names (list $root.Values.keys.nonce.secret.name $root.Values.counters.secret.name) -}}
{{- end -}}
{{- end -}}
{{- $traces := .Values.telemetry.traces -}}
{{- $serves := gt (len (include "lifeboat.enabled" . | fromJsonArray)) 0 -}}
{{- if and $serves .Values.broker.enabled (not .Values.broker.rabbitmqCluster.enabled) }}{{ $names = append $names .Values.broker.secret.name }}{{ end -}}
{{- if and .Values.tls.enabled (not .Values.tls.certManager.enabled) -}}
{{- range include "lifeboat.insides" . | fromJsonArray }}{{ $names = append $names (printf "%s-%s" $root.Values.tls.secretPrefix .) }}{{ end -}}
{{- end -}}
{{- $edge := .Values.edge -}}
{{- $readsEdge := or (has $edge.type (list "load-balancer" "ingress")) (and (eq $edge.type "gateway") $edge.className) -}}
{{- if and $readsEdge .Values.services.gateway.enabled (not $edge.certManager.enabled) }}{{ $names = append $names $edge.tlsSecret }}{{ end -}}
{{- if and $serves $traces.endpoint }}{{ $names = append $names $traces.headersSecret.name }}{{ end -}}
{{- $vault := .Values.vault -}}
{{- if or .Values.restore.enabled $vault.scrub.enabled $vault.watch.enabled }}{{ $names = append $names $vault.secret }}{{ end -}}
{{- if .Values.restore.enabled }}{{ $names = append $names .Values.restore.custodians.secret }}{{ end -}}
{{- if or .Values.backup.enabled .Values.journalBackup.enabled }}{{ $names = append $names $vault.masterSecret.name }}{{ end -}}
{{- if .Values.backup.enabled }}{{ range .Values.backup.databases }}{{ $names = append $names .name }}{{ end }}{{ end -}}
{{- if or .Values.restore.enabled .Values.backup.enabled .Values.journalBackup.enabled $vault.scrub.enabled $vault.watch.enabled -}}
{{- $names = concat $names (list $vault.credentialsSecret $vault.environmentSecret) -}}
{{- end -}}
{{- if .Values.services.gateway.enabled }}{{ $names = append $names .Values.test.citizenSecret }}{{ end -}}
{{- without (uniq (compact $names)) (index $made 0) | sortAlpha | toJson -}}
{{- end -}}
