{{/* What the schema cannot say in words that help: each refusal names the value and the mend. */}}
{{- define "cognigy-sso-operator.refusals" -}}
{{- include "cognigy-sso-operator.refuseImage" .Values.image }}
{{- include "cognigy-sso-operator.refuseNames" . }}
{{- include "cognigy-sso-operator.refuseNetworks" . }}
{{- include "cognigy-sso-operator.refuseUrls" . }}
{{- include "cognigy-sso-operator.refuseTogether" . }}
{{- end }}

{{- define "cognigy-sso-operator.refuseImage" -}}
{{- if not .repository }}
{{- fail "Set image.repository to the registry and name of the operator's image, for example with --set image.repository=registry.example.com/cognigy-sso-operator." }}
{{- end }}
{{- if regexMatch "@|:[^/]*$" .repository }}
{{- fail (printf "image.repository is %q: leave tag and digest out of it, and set image.tag or image.digest." .repository) }}
{{- end }}
{{- if and .tag (not (regexMatch "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$" .tag)) }}
{{- fail (printf "image.tag is %q, which is no tag: set it to one such as 0.1.0, or leave it empty for the chart's own version." .tag) }}
{{- end }}
{{- if and .digest (not (regexMatch "^sha256:[0-9a-f]{64}$" .digest)) }}
{{- fail (printf "image.digest is %q, which is no digest: set it to sha256: and 64 hexadecimal digits, or leave it empty." .digest) }}
{{- end }}
{{- end }}

{{- define "cognigy-sso-operator.refuseNames" -}}
{{- range .Values.watchNamespaces }}
{{- if or (gt (len .) 63) (not (regexMatch "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" .)) }}
{{- fail (printf "watchNamespaces has %q, which is no namespace's name: write lower case letters, digits and hyphens, 63 at most." .) }}
{{- end }}
{{- end }}
{{- range $value, $name := dict "nameOverride" .Values.nameOverride "fullnameOverride" .Values.fullnameOverride }}
{{- if and $name (not (regexMatch "^[a-z]([a-z0-9-]*[a-z0-9])?$" $name)) }}
{{- fail (printf "%s is %q: write a letter first, then lower case letters, digits and hyphens." $value $name) }}
{{- end }}
{{- end }}
{{- $fullname := include "cognigy-sso-operator.fullname" . }}
{{- if not (regexMatch "^[a-z]([a-z0-9-]*[a-z0-9])?$" $fullname) }}
{{- fail (printf "All objects would be called %q, which no Service may be: set fullnameOverride to a letter, then lower case letters, digits and hyphens." $fullname) }}
{{- end }}
{{- $named := dict "secretNames" .Values.secretNames "configMapNames" .Values.configMapNames }}
{{- $_ := set $named "serviceAccount.name" (compact (list .Values.serviceAccount.name)) }}
{{- $_ := set $named "leaderElection.leaseName" (compact (list .Values.leaderElection.leaseName)) }}
{{- $_ := set $named "extraCa.configMap.name" (compact (list .Values.extraCa.configMap.name)) }}
{{- $_ := set $named "extraCa.secret.name" (compact (list .Values.extraCa.secret.name)) }}
{{- range $value, $names := $named }}
{{- range $names }}
{{- if or (gt (len .) 253) (not (regexMatch "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$" .)) }}
{{- fail (printf "%s has %q, which is no object's name: write lower case letters, digits, hyphens and dots." $value .) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "cognigy-sso-operator.refuseNetworks" -}}
{{- range .Values.cognigyHosts }}
{{- if not (regexMatch "^(\\*\\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$" .) }}
{{- fail (printf "cognigyHosts has %q: write a host's name such as api.example.com, or a wildcard such as *.example.com, without scheme, port and path." .) }}
{{- end }}
{{- end }}
{{- $networks := dict "allowNetworks" .Values.allowNetworks "networkPolicy.https.except" .Values.networkPolicy.https.except }}
{{- range $value, $cidrs := $networks }}
{{- range $cidrs }}
{{- if not (regexMatch "^([0-9]{1,3}(\\.[0-9]{1,3}){3}/([0-9]|[12][0-9]|3[0-2])|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*/([0-9]|[1-9][0-9]|1[01][0-9]|12[0-8]))$" .) }}
{{- fail (printf "%s has %q, which is no network: write it as 10.0.0.0/8 or fd00::/8, one address as 10.0.0.1/32." $value .) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "cognigy-sso-operator.refuseUrls" -}}
{{- $urls := dict "proxy.https" .Values.proxy.https "otlp.endpoint" .Values.otlp.endpoint "metrics.prometheusRule.runbookUrl" .Values.metrics.prometheusRule.runbookUrl }}
{{- range $value, $url := $urls }}
{{- if contains "@" $url }}
{{- fail (printf "%s holds a user or password: put the URL into a Secret, and set the variable from there with extraEnv." $value) }}
{{- end }}
{{- if and $url (not (regexMatch "^https?://[^/\\s]+(/\\S*)?$" $url)) }}
{{- fail (printf "%s is %q, which is no URL: write it with http:// or https:// and a host." $value $url) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "cognigy-sso-operator.refuseTogether" -}}
{{- if not .Values.leaderElection.enabled }}
{{- if gt (int .Values.replicas) 1 }}
{{- fail (printf "replicas is %d and leaderElection.enabled is false: all of them would act. Set leaderElection.enabled to true, or replicas to 1." (int .Values.replicas)) }}
{{- end }}
{{- if and .Values.strategy (ne "Recreate" (toString .Values.strategy.type)) }}
{{- fail "leaderElection.enabled is false and strategy is not Recreate: during an upgrade two would act. Leave strategy empty, or set leaderElection.enabled to true." }}
{{- end }}
{{- end }}
{{- if and .Values.rbac.createEdit (not .Values.rbac.create) }}
{{- fail "rbac.createEdit is true and rbac.create is false, with which no role is made: set one of them to the other." }}
{{- end }}
{{- if not (or .Values.serviceAccount.create .Values.serviceAccount.name) }}
{{- fail "serviceAccount.create is false: set serviceAccount.name to the ServiceAccount to use. The namespace's default one would give its rights to every pod." }}
{{- end }}
{{- if eq (int .Values.health.port) (int .Values.metrics.port) }}
{{- fail (printf "health.port and metrics.port are both %d: set one of them to another port." (int .Values.health.port)) }}
{{- end }}
{{- if .Values.metrics.serviceMonitor.enabled }}
{{- if .Values.metrics.podMonitor.enabled }}
{{- fail "metrics.serviceMonitor.enabled and metrics.podMonitor.enabled are both true: everything would be counted twice. Set one of them to false." }}
{{- end }}
{{- if not .Values.metrics.service.enabled }}
{{- fail "metrics.serviceMonitor.enabled needs the Service: set metrics.service.enabled to true, or use metrics.podMonitor.enabled instead." }}
{{- end }}
{{- end }}
{{- end }}
