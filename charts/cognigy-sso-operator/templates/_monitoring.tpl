{{/* Takes "root" and "of", the values of a ServiceMonitor or PodMonitor. */}}
{{- define "cognigy-sso-operator.endpoint" -}}
- port: metrics
  path: /metrics
  # Metrics of a resource tell its namespace, which is not the operator's.
  honorLabels: true
  {{- with .interval }}
  interval: {{ . | quote }}
  {{- end }}
  {{- with .scrapeTimeout }}
  scrapeTimeout: {{ . | quote }}
  {{- end }}
{{- end }}

{{/* The alerts as they lie in their file: what is between braces there is for Prometheus. */}}
{{- define "cognigy-sso-operator.alerts" -}}
{{- $alerts := .Files.Get "files/alerts.yaml" }}
{{- with .Values.metrics.prometheusRule.runbookUrl }}
{{- $alerts = replace "RUNBOOKS/" (printf "%s/" (trimSuffix "/" .)) $alerts }}
{{- else }}
{{- $alerts = regexReplaceAll "(?m)^\\s*runbook_url:.*RUNBOOKS/.*\n" $alerts "" }}
{{- end }}
{{- $alerts }}
{{- end }}
