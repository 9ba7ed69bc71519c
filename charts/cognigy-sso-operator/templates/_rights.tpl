{{/*
What the operator may do with resources, Secrets and ConfigMaps: a list of rules, for a ClusterRole or for a Role in each namespace.
Named Secrets and ConfigMaps are watched one by one, so that rules with names cover that as well.
*/}}
{{- define "cognigy-sso-operator.rules" -}}
- apiGroups: [sso.cognigy.ai]
  resources: [identityproviderconfigs]
  verbs: [get, list, watch, patch]
- apiGroups: [sso.cognigy.ai]
  resources: [identityproviderconfigs/status]
  verbs: [update]
- apiGroups: [""]
  resources: [secrets]
  {{- with .Values.secretNames }}
  resourceNames: {{ toJson . }}
  {{- end }}
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [configmaps]
  {{- with .Values.configMapNames }}
  resourceNames: {{ toJson . }}
  {{- end }}
  verbs: [get, list, watch]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create]
{{- end }}

{{/* What it may do in the release's namespace to find out who leads. What is created has no name yet that a rule could tell. */}}
{{- define "cognigy-sso-operator.leaseRules" -}}
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [{{ include "cognigy-sso-operator.leaseName" . | quote }}]
  verbs: [get, list, watch, update]
{{- end }}

{{- define "cognigy-sso-operator.subjects" -}}
- kind: ServiceAccount
  name: {{ include "cognigy-sso-operator.serviceAccountName" . | quote }}
  namespace: {{ .Release.Namespace | quote }}
{{- end }}
