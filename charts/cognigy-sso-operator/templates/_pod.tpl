{{/* The rights of the release as flags, for the operator and for the test that asks whether they are there. */}}
{{- define "cognigy-sso-operator.scopeArguments" -}}
{{- range .Values.watchNamespaces }}
- --namespace={{ . }}
{{- end }}
{{- range .Values.secretNames }}
- --secret-name={{ . }}
{{- end }}
{{- range .Values.configMapNames }}
- --config-map-name={{ . }}
{{- end }}
{{- if .Values.leaderElection.enabled }}
- --lease-name={{ include "cognigy-sso-operator.leaseName" . }}
{{- else }}
- --leader-elect=false
{{- end }}
{{- end }}

{{- define "cognigy-sso-operator.runArguments" -}}
- run
{{ include "cognigy-sso-operator.scopeArguments" . | trim }}
{{- with .Values.selector }}
- {{ printf "--selector=%s" . | quote }}
{{- end }}
{{- with .Values.secretSelector }}
- {{ printf "--secret-selector=%s" . | quote }}
{{- end }}
{{- range .Values.cognigyHosts }}
- {{ printf "--cognigy-host=%s" . | quote }}
{{- end }}
{{- range .Values.allowNetworks }}
- {{ printf "--allow-network=%s" . | quote }}
{{- end }}
{{- if .Values.denyPrivateNetworks }}
- --deny-private-networks
{{- end }}
{{- range include "cognigy-sso-operator.extraCa" . | fromYamlArray }}
- {{ printf "--extra-ca-file=%s/ca.crt" .mountPath | quote }}
{{- end }}
- --concurrency={{ int .Values.concurrency }}
- {{ printf "--health-address=%s:%d" (include "cognigy-sso-operator.bindAddress" .) (int .Values.health.port) | quote }}
- {{ printf "--metrics-address=%s:%d" (include "cognigy-sso-operator.bindAddress" .) (int .Values.metrics.port) | quote }}
{{- with .Values.otlp.endpoint }}
- {{ printf "--otlp-endpoint=%s" . | quote }}
{{- end }}
- --log-format={{ .Values.log.format }}
- {{ printf "--log-filter=%s" .Values.log.filter | quote }}
{{- end }}

{{/* An IPv6 address stands in brackets before a port. */}}
{{- define "cognigy-sso-operator.bindAddress" -}}
{{- if contains ":" .Values.bindAddress }}{{ printf "[%s]" .Values.bindAddress }}{{ else }}{{ .Values.bindAddress }}{{ end }}
{{- end }}

{{/* Where authorities come from: a list of name, mountPath and source. */}}
{{- define "cognigy-sso-operator.extraCa" -}}
{{- with .Values.extraCa.configMap }}
{{- if .name }}
- name: extra-ca-config-map
  mountPath: /etc/cognigy-sso-operator/extra-ca/config-map
  source:
    configMap:
      name: {{ .name | quote }}
      items:
        - key: {{ .key | quote }}
          path: ca.crt
{{- end }}
{{- end }}
{{- with .Values.extraCa.secret }}
{{- if .name }}
- name: extra-ca-secret
  mountPath: /etc/cognigy-sso-operator/extra-ca/secret
  source:
    secret:
      secretName: {{ .name | quote }}
      items:
        - key: {{ .key | quote }}
          path: ca.crt
{{- end }}
{{- end }}
{{- end }}

{{/* What the operator's pods and that of the test have in common, as the Pod Security Standard "restricted" wants it. */}}
{{- define "cognigy-sso-operator.podBasics" -}}
serviceAccountName: {{ include "cognigy-sso-operator.serviceAccountName" . | quote }}
{{- /* The token is mounted below: it lasts an hour, and is renewed by the node. */}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  {{- with .Values.podSecurityContext.runAsUser }}
  runAsUser: {{ int64 . }}
  {{- end }}
  {{- with .Values.podSecurityContext.runAsGroup }}
  runAsGroup: {{ int64 . }}
  {{- end }}
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{- define "cognigy-sso-operator.containerBasics" -}}
image: {{ include "cognigy-sso-operator.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- with .Values.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{- define "cognigy-sso-operator.tokenMount" -}}
- name: kubernetes-api
  mountPath: /var/run/secrets/kubernetes.io/serviceaccount
  readOnly: true
{{- end }}

{{- define "cognigy-sso-operator.tokenVolume" -}}
- name: kubernetes-api
  projected:
    sources:
      - serviceAccountToken:
          path: token
          expirationSeconds: 3600
      - configMap:
          name: kube-root-ca.crt
          items:
            - key: ca.crt
              path: ca.crt
      - downwardAPI:
          items:
            - path: namespace
              fieldRef:
                fieldPath: metadata.namespace
{{- end }}

{{- define "cognigy-sso-operator.environment" -}}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
{{- with .Values.proxy.https }}
- name: HTTPS_PROXY
  value: {{ . | quote }}
{{- end }}
{{- with .Values.proxy.noProxy }}
- name: NO_PROXY
  value: {{ . | quote }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}
