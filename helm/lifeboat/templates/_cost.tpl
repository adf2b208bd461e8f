{{/* A quantity of processor time in thousandths of a core. */}}
{{- define "lifeboat.millicores" -}}
{{- $text := toString . -}}
{{- if hasSuffix "m" $text }}{{ trimSuffix "m" $text | float64 | int64 }}{{ else }}{{ mulf 1000 (float64 $text) | int64 }}{{ end -}}
{{- end -}}

{{/* A quantity of memory in MiB. */}}
{{- define "lifeboat.mebibytes" -}}
{{- $unit := regexFind "[MGT]i$" . -}}
{{- mulf (trimSuffix $unit . | float64) (index (dict "Mi" 1 "Gi" 1024 "Ti" 1048576) $unit) | int64 -}}
{{- end -}}

{{/*
What the release asks of the cluster, as JSON: each group's pods, thousandths of a core and MiB, at least (`few`) and when every service
has all of its copies (`many`), and what the Jobs of a restore ask for besides (`restoring`).
*/}}
{{- define "lifeboat.cost" -}}
{{- $root := . -}}
{{- $none := dict "pods" 0 "cpu" 0 "memory" 0 -}}
{{- $few := deepCopy $none -}}
{{- $many := deepCopy $none -}}
{{- $restoring := deepCopy $none -}}
{{- range $key, $own := include "lifeboat.entries" . | fromYaml -}}
{{- if $own.enabled -}}
{{- $entry := include "lifeboat.entry" (dict "root" $root "entry" $own) | fromYaml -}}
{{- $auto := $entry.autoscaling -}}
{{- $least := ternary $auto.minReplicas $entry.replicas $auto.enabled | int -}}
{{- $most := ternary $auto.maxReplicas $entry.replicas $auto.enabled | int -}}
{{- include "lifeboat.addCost" (dict "sum" $few "count" $least "requests" $entry.resources.requests) -}}
{{- include "lifeboat.addCost" (dict "sum" $many "count" $most "requests" $entry.resources.requests) -}}
{{- if and $root.Values.restore.enabled (hasPrefix "capabilities." $key) $entry.snapshot.restore -}}
{{- include "lifeboat.addCost" (dict "sum" $restoring "count" 1 "requests" $root.Values.restore.resources.requests) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range list .Values.journalBackup .Values.backup .Values.vault.scrub .Values.vault.watch .Values.database.cloudNativePg .Values.broker.rabbitmqCluster -}}
{{- if .enabled -}}
{{- $count := .instances | default .replicas | default 1 | int -}}
{{- include "lifeboat.addCost" (dict "sum" $few "count" $count "requests" .resources.requests) -}}
{{- include "lifeboat.addCost" (dict "sum" $many "count" $count "requests" .resources.requests) -}}
{{- end -}}
{{- end -}}
{{- dict "few" $few "many" $many "restoring" $restoring | toJson -}}
{{- end -}}

{{/* Adds to a sum. Takes sum, count and requests; gives nothing. */}}
{{- define "lifeboat.addCost" -}}
{{- $cpu := include "lifeboat.millicores" .requests.cpu | int -}}
{{- $memory := include "lifeboat.mebibytes" .requests.memory | int -}}
{{- $_ := set .sum "pods" (add .sum.pods .count) -}}
{{- $_ := set .sum "cpu" (add .sum.cpu (mul .count $cpu)) -}}
{{- $_ := set .sum "memory" (add .sum.memory (mul .count $memory)) -}}
{{- end -}}

{{/* The cost in words. Takes pods, cpu and memory. */}}
{{- define "lifeboat.costInWords" -}}
{{ int .pods }} pods, {{ printf "%.2f" (divf .cpu 1000) }} cores, {{ printf "%.2f" (divf (mulf .memory 1048576) 1000000000) }} GB of memory
{{- end -}}

{{/* What the release stands on and its cost says nothing of, because others run it. */}}
{{- define "lifeboat.notCounted" -}}
{{- $serves := include "lifeboat.insides" . | fromJsonArray -}}
{{- $names := list -}}
{{- if and (not .Values.database.cloudNativePg.enabled) (or $serves .Values.backup.databases) }}{{ $names = append $names "PostgreSQL" }}{{ end -}}
{{- if $serves }}{{ $names = append $names "Redis" }}{{ end -}}
{{- if and $serves .Values.broker.enabled (not .Values.broker.rabbitmqCluster.enabled) }}{{ $names = append $names "RabbitMQ" }}{{ end -}}
{{- join ", " $names -}}
{{- end -}}

{{/* For how many people copies and resources were reckoned: as the profile's own file says, whatever else `people` is set to. */}}
{{- define "lifeboat.sizedFor" -}}
{{- $own := .Files.Get (printf "values-%s.yaml" .Values.profile) | fromYaml -}}
{{- $own.people | default .Values.people | int -}}
{{- end -}}
