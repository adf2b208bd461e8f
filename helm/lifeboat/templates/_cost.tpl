{{/* A quantity of processor time in thousandths of a core. */}}
{{- define "lifeboat.millicores" -}}
{{- $text := toString . -}}
{{- if hasSuffix "m" $text }}{{ trimSuffix "m" $text | int64 }}{{ else }}{{ mulf 1000 (float64 $text) | int64 }}{{ end -}}
{{- end -}}

{{/* A quantity of memory in MiB. */}}
{{- define "lifeboat.mebibytes" -}}
{{- $text := toString . -}}
{{- if hasSuffix "Gi" $text }}{{ trimSuffix "Gi" $text | float64 | mulf 1024 | int64 -}}
{{- else if hasSuffix "Mi" $text }}{{ trimSuffix "Mi" $text | int64 -}}
{{- else }}{{ fail (printf "resources: %s is not written in Mi or Gi" $text) }}{{ end -}}
{{- end -}}

{{/*
What the release asks of the cluster, as JSON: each group's pods, thousandths of a core and MiB, at least (`few`) and when every service
has all of its copies (`many`).
*/}}
{{- define "lifeboat.cost" -}}
{{- $root := . -}}
{{- $parts := list -}}
{{- range $name := list "gateway" "identity" -}}
{{- $entry := index $root.Values.services $name -}}
{{- if $entry.enabled }}{{ $parts = append $parts (dict "name" $name "entry" (include "lifeboat.entry" (dict "root" $root "entry" $entry) | fromYaml)) }}{{ end -}}
{{- end -}}
{{- range $name, $entry := .Values.capabilities -}}
{{- if $entry.enabled }}{{ $parts = append $parts (dict "name" $name "entry" (include "lifeboat.entry" (dict "root" $root "entry" $entry) | fromYaml)) }}{{ end -}}
{{- end -}}
{{- $few := dict "pods" 0 "cpu" 0 "memory" 0 -}}
{{- $many := dict "pods" 0 "cpu" 0 "memory" 0 -}}
{{- range $parts -}}
{{- $auto := .entry.autoscaling -}}
{{- $least := ternary $auto.minReplicas .entry.replicas $auto.enabled | int -}}
{{- $most := ternary $auto.maxReplicas .entry.replicas $auto.enabled | int -}}
{{- include "lifeboat.addCost" (dict "sum" $few "count" $least "requests" .entry.resources.requests) -}}
{{- include "lifeboat.addCost" (dict "sum" $many "count" $most "requests" .entry.resources.requests) -}}
{{- end -}}
{{- $others := list -}}
{{- with .Values.journalBackup }}{{ if .enabled }}{{ $others = append $others (dict "count" 1 "requests" .resources.requests) }}{{ end }}{{ end -}}
{{- with .Values.backup }}{{ if .enabled }}{{ $others = append $others (dict "count" 1 "requests" .resources.requests) }}{{ end }}{{ end -}}
{{- with .Values.vault.scrub }}{{ if .enabled }}{{ $others = append $others (dict "count" 1 "requests" .resources.requests) }}{{ end }}{{ end -}}
{{- with .Values.vault.watch }}{{ if .enabled }}{{ $others = append $others (dict "count" 1 "requests" .resources.requests) }}{{ end }}{{ end -}}
{{- with .Values.database.cloudNativePg }}{{ if .enabled }}{{ $others = append $others (dict "count" .instances "requests" .resources.requests) }}{{ end }}{{ end -}}
{{- with .Values.broker.rabbitmqCluster }}{{ if .enabled }}{{ $others = append $others (dict "count" .replicas "requests" .resources.requests) }}{{ end }}{{ end -}}
{{- range $others -}}
{{- include "lifeboat.addCost" (dict "sum" $few "count" (int .count) "requests" .requests) -}}
{{- include "lifeboat.addCost" (dict "sum" $many "count" (int .count) "requests" .requests) -}}
{{- end -}}
{{- dict "few" $few "many" $many | toJson -}}
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
