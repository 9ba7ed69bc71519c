{{- define "cognigy-sso-operator.tcp" -}}
{{- range . }}
- port: {{ int . }}
  protocol: TCP
{{- end }}
{{- end }}

{{/* All addresses but for these networks. Some network plugins know pods by no address, so they are named beside. */}}
{{- define "cognigy-sso-operator.everythingBut" -}}
{{- $families := dict "0.0.0.0/0" (list) "::/0" (list) }}
{{- range . }}
{{- $family := ternary "::/0" "0.0.0.0/0" (contains ":" .) }}
{{- $_ := set $families $family (append (get $families $family) .) }}
{{- end }}
{{- range $cidr, $except := $families }}
- ipBlock:
    cidr: {{ $cidr | quote }}
    {{- with $except }}
    except: {{ toJson . }}
    {{- end }}
{{- end }}
- namespaceSelector: {}
{{- end }}

{{/* The port of a URL. */}}
{{- define "cognigy-sso-operator.portOf" -}}
{{- $url := urlParse . }}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" }}
{{- default (ternary "443" "80" (eq $url.scheme "https")) $port }}
{{- end }}
