{{- define "cognigy-sso-operator.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Short enough for what is added to it: "-leader-election" is the longest. */}}
{{- define "cognigy-sso-operator.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 47 | trimSuffix "-" }}
{{- else if contains (include "cognigy-sso-operator.name" .) .Release.Name }}
{{- .Release.Name | trunc 47 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "cognigy-sso-operator.name" .) | trunc 47 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "cognigy-sso-operator.serviceAccountName" -}}
{{- default (include "cognigy-sso-operator.fullname" .) .Values.serviceAccount.name }}
{{- end }}

{{- define "cognigy-sso-operator.leaseName" -}}
{{- default (include "cognigy-sso-operator.fullname" .) .Values.leaderElection.leaseName }}
{{- end }}

{{- define "cognigy-sso-operator.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{/* What tells this release's pods from all others; they never change. */}}
{{- define "cognigy-sso-operator.releaseLabels" -}}
app.kubernetes.io/name: {{ include "cognigy-sso-operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{/* The operator's pods, without that of the test. */}}
{{- define "cognigy-sso-operator.selectorLabels" -}}
{{ include "cognigy-sso-operator.releaseLabels" . }}
app.kubernetes.io/component: operator
{{- end }}

{{- define "cognigy-sso-operator.ownLabels" -}}
{{ include "cognigy-sso-operator.releaseLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{/*
The labels and annotations of an object's metadata. Takes "root", and may take "labels" and "annotations" of that object alone.
*/}}
{{- define "cognigy-sso-operator.metadata" -}}
{{- $own := include "cognigy-sso-operator.ownLabels" .root | fromYaml -}}
labels:
  {{- mergeOverwrite (dict) .root.Values.commonLabels (default (dict) .labels) $own | toYaml | nindent 2 }}
{{- with mergeOverwrite (dict) .root.Values.commonAnnotations (default (dict) .annotations) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
