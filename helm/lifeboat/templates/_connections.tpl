{{/*
How many connections PostgreSQL has to take at most, where a service names no database of its own: of each copy, and of one more while pods
are replaced. gateway: 5 (the log of looks, its readers); identity: these and its own; a capability: its own, 2 that look for snapshots, 4 of its
journal. A Job of a restore: 18. Backing up journals: 4 for each. And 10 for people and for what waits.
*/}}
{{- define "lifeboat.connections" -}}
{{- $root := . -}}
{{- $sum := 10 -}}
{{- range $key, $own := include "lifeboat.entries" . | fromYaml -}}
{{- $entry := include "lifeboat.entry" (dict "root" $root "entry" $own) | fromYaml -}}
{{- if and $entry.enabled (not $entry.database.secret) -}}
{{- $isCapability := hasPrefix "capabilities." $key -}}
{{- $copies := ternary $entry.autoscaling.maxReplicas $entry.replicas $entry.autoscaling.enabled | int | add1 -}}
{{- $each := ternary 6 5 $isCapability -}}
{{- if ne $key "services.gateway" }}{{ $each = add $each (int $entry.database.connections) }}{{ end -}}
{{- $sum = add $sum (mul $copies $each) -}}
{{- if and $isCapability $root.Values.restore.enabled $entry.snapshot.restore }}{{ $sum = add $sum 18 }}{{ end -}}
{{- if and $isCapability $root.Values.journalBackup.enabled }}{{ $sum = add $sum 4 }}{{ end -}}
{{- end -}}
{{- end -}}
{{- $sum -}}
{{- end -}}

{{- define "lifeboat.checkConnections" -}}
{{- $most := include "lifeboat.connections" . | int -}}
{{- with .Values.database.cloudNativePg -}}
{{- if and .enabled (lt (int .maxConnections) $most) }}{{ fail (printf "database.cloudNativePg.maxConnections: %v, but the services may open %d" .maxConnections $most) }}{{ end -}}
{{- end -}}
{{- end -}}
