{{/* The container of an operator's command. Takes root, name and args (YAML list), and where they are needed env, mounts (YAML lists) and resources. */}}
{{- define "lifeboat.command" -}}
- name: {{ .name | quote }}
  image: {{ include "lifeboat.image" (dict "root" .root "program" "lifeboat" "digest" (index .root.Values.image.digests "lifeboat")) }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  args:
    {{- .args | trim | nindent 4 }}
  {{- with .env }}
  env:
    {{- . | trim | nindent 4 }}
  {{- end }}
  {{- with .cloud }}
  {{- with .environmentSecret }}
  envFrom:
    - secretRef: {name: {{ . | quote }}}
  {{- end }}
  {{- end }}
  {{- with .port }}
  ports: [{name: admin, containerPort: {{ int . }}, protocol: TCP}]
  {{- include "lifeboat.probes" $ | nindent 2 }}
  {{- end }}
  {{- include "lifeboat.containerSecurity" .root | nindent 2 }}
  resources:
    {{- toYaml .resources | nindent 4 }}
  {{- with .mounts }}
  volumeMounts:
    {{- . | trim | nindent 4 }}
  {{- end }}
{{- end -}}

{{/* Where the clouds' credentials are read, by those who talk to clouds. */}}
{{- define "lifeboat.cloudMounts" -}}
{{- if .Values.vault.credentialsSecret }}
- {name: clouds, mountPath: /run/secrets/lifeboat-clouds, readOnly: true}
{{- end }}
- {name: tmp, mountPath: /tmp}
{{- end -}}

{{- define "lifeboat.cloudVolumes" -}}
{{- with .Values.vault.credentialsSecret }}
- name: clouds
  secret: {secretName: {{ . | quote }}, defaultMode: 288}
{{- end }}
- name: tmp
  emptyDir: {sizeLimit: 64Mi}
{{- end -}}

{{/* Makes a vault in its folder, where there is none yet. Takes root, name, resources, folder (on every cloud), mounts. */}}
{{- define "lifeboat.makeVault" -}}
{{- $vault := .root.Values.vault -}}
{{- if lt (len $vault.clouds) 3 }}{{ fail (printf "vault.clouds: %s needs at least three clouds" .for) }}{{ end -}}
{{- if le (len $vault.clouds) (int $vault.need) }}{{ fail "vault.need: fewer than there are vault.clouds" }}{{ end -}}
{{- $args := list "backup" "init" "--if-absent" "--vault" "/var/lib/lifeboat/vault.toml" "--need" (toString $vault.need) "--master" "/run/secrets/lifeboat-master/master.pub" -}}
{{- range $vault.clouds -}}
{{- $args = concat $args (list "--cloud" (printf "%s=%s/%s" .name (trimSuffix "/" .url) $.folder)) -}}
{{- if .credentials }}{{ $args = concat $args (list "--credentials" (printf "%s=/run/secrets/lifeboat-clouds/%s" .name .credentials)) }}{{ end -}}
{{- if .endpoint }}{{ $args = concat $args (list "--endpoint" (printf "%s=%s" .name .endpoint)) }}{{ end -}}
{{- if .region }}{{ $args = concat $args (list "--region" (printf "%s=%s" .name .region)) }}{{ end -}}
{{- end -}}
{{- $mounts := printf "- {name: master, mountPath: /run/secrets/lifeboat-master, readOnly: true}\n%s" .mounts -}}
{{ include "lifeboat.command" (dict "root" .root "name" "make-vault" "args" (toYaml $args) "cloud" $vault "resources" .resources "mounts" $mounts) }}
{{- end -}}

{{- define "lifeboat.masterVolume" -}}
- name: master
  secret:
    secretName: {{ .Values.vault.masterSecret.name | quote }}
    defaultMode: 288
    items: [{key: {{ .Values.vault.masterSecret.key | quote }}, path: master.pub}]
{{- end -}}
