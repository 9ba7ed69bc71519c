{{/* Without leader election two would act at a time, if the new one came before the old one has gone. */}}
{{- define "cognigy-sso-operator.strategy" -}}
{{- if .Values.strategy }}
{{- toYaml .Values.strategy }}
{{- else if .Values.leaderElection.enabled -}}
type: RollingUpdate
rollingUpdate:
  maxSurge: 1
  maxUnavailable: 0
{{- else -}}
type: Recreate
{{- end }}
{{- end }}

{{- define "cognigy-sso-operator.spread" -}}
{{- $selector := dict "labelSelector" (dict "matchLabels" (include "cognigy-sso-operator.selectorLabels" . | fromYaml)) }}
{{- $spread := .Values.topologySpreadConstraints }}
{{- if and (not $spread) (gt (int .Values.replicas) 1) }}
{{- $spread = list (dict "maxSkew" 1 "topologyKey" "kubernetes.io/hostname" "whenUnsatisfiable" "ScheduleAnyway") }}
{{- end }}
{{- range $spread }}
- {{ mergeOverwrite (dict) $selector . | toYaml | nindent 2 | trim }}
{{- end }}
{{- end }}
