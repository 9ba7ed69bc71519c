-- Asks the operator to check everything now: any new value of the annotation does.
local os = require("os")

local annotations = obj.metadata.annotations or {}
annotations["sso.cognigy.ai/reconcile-requested-at"] = os.date("!%Y-%m-%dT%H:%M:%SZ")
obj.metadata.annotations = annotations
return obj
