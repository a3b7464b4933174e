{{- define "tributary.name" -}}
{{- printf "%s-tributary" .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "tributary.selector" -}}
app.kubernetes.io/name: tributary
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "tributary.labels" -}}
{{ include "tributary.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "tributary.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{- /* Not empty where the lake is a bucket: pods share it, and no volume. */ -}}
{{- define "tributary.isBucket" -}}
{{- if hasPrefix "s3:" .Values.lake.uri -}}true{{- end -}}
{{- end -}}

{{- /* The claim of the volume that pods share; empty where they share none. */ -}}
{{- define "tributary.claim" -}}
{{- if .Values.shared.existingClaim -}}
{{ .Values.shared.existingClaim }}
{{- else if not (include "tributary.isBucket" .) -}}
{{ printf "%s-shared" (include "tributary.name" .) }}
{{- end -}}
{{- end -}}
