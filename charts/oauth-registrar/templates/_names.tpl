{{/* What is written on every object. */}}
{{- define "oauth-registrar.labels" -}}
{{ include "oauth-registrar.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{/* What tells the operator's pod; a Deployment's selector never changes. */}}
{{- define "oauth-registrar.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "oauth-registrar.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (include "oauth-registrar.account" .) }}
{{- end }}

{{/* The one who gets all rights. */}}
{{- define "oauth-registrar.subjects" -}}
subjects:
  - kind: ServiceAccount
    name: {{ include "oauth-registrar.serviceAccount" . | quote }}
    namespace: {{ .Release.Namespace | quote }}
{{- end }}

{{/* A digest says all that a tag does, so the default tag is left out beside it. */}}
{{- define "oauth-registrar.image" -}}
{{- with .Values.image -}}
{{- $tag := .tag | default (ternary "" $.Chart.AppVersion (ne .digest "")) -}}
{{ .repository }}{{ with $tag }}:{{ . }}{{ end }}{{ with .digest }}@{{ . }}{{ end }}
{{- end -}}
{{- end }}

{{/* Which namespaces are watched is a choice that nobody makes by leaving it out. */}}
{{- define "oauth-registrar.refusals" -}}
{{- if and .Values.clusterWide .Values.namespaces -}}
{{- fail "namespaces and clusterWide contradict each other: with clusterWide: true every namespace is watched; leave namespaces empty, or clusterWide false" -}}
{{- end -}}
{{- if not (or .Values.clusterWide .Values.namespaces) -}}
{{- fail "namespaces is empty: list the namespaces whose Secrets the operator may read and write, such as --set 'namespaces={billing}'; clusterWide: true means every namespace" -}}
{{- end -}}
{{- end }}
