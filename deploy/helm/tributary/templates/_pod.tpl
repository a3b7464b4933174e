{{- /* What pods of servers and workers have in common. */ -}}
{{- define "tributary.pod" -}}
serviceAccountName: default
automountServiceAccountToken: false
terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "tributary.container" -}}
image: {{ include "tributary.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
envFrom:
  - secretRef:
      name: {{ .Values.existingSecret | quote }}
volumeMounts:
  {{- if include "tributary.claim" . }}
  - name: shared
    mountPath: /shared
  {{- end }}
  - name: data
    mountPath: /var/lib/tributary
  - name: tmp
    mountPath: /tmp
{{- end -}}

{{- define "tributary.environment" -}}
- name: LAKE_URI
  value: {{ .Values.lake.uri | default "/shared/lake" | quote }}
{{- if not (include "tributary.isBucket" .) }}
- name: TRIBUTARY_STAGING
  value: /shared
{{- end }}
{{- with .Values.lake.region }}
- name: AWS_REGION
  value: {{ . | quote }}
{{- end }}
{{- with .Values.lake.endpoint }}
- name: AWS_ENDPOINT_URL_S3
  value: {{ . | quote }}
{{- end }}
{{- range $name, $value := .Values.settings }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}

{{- define "tributary.volumes" -}}
{{- with include "tributary.claim" . }}
- name: shared
  persistentVolumeClaim:
    claimName: {{ . }}
{{- end }}
- name: tmp
  emptyDir: {}
{{- end -}}
