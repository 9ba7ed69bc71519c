-- The health of an IdentityProviderConfig in Argo CD. It is what kstatus makes of it, but for what stands still because
-- somebody asked for that: it is Suspended, where kstatus would wait for ever.
--
-- Argo CD itself says "Progressing, Pending deletion" of whatever is being deleted, and does not ask this script.

local status = obj.status or {}
local generation = obj.metadata.generation

local conditions = {}
for _, condition in ipairs(status.conditions or {}) do
  conditions[condition.type] = condition
end

local function is_true(name)
  return conditions[name] ~= nil and conditions[name].status == "True"
end

local function health(verdict, message)
  return { status = verdict, message = message }
end

local ready = conditions.Ready

-- -1 until the operator has seen the resource: the definition says so, and nobody has to write it.
if ready == nil or status.observedGeneration ~= generation then
  local begun = conditions.Reconciling
  if begun ~= nil and begun.observedGeneration == generation then
    return health("Progressing", begun.message)
  end
  return health("Progressing", "Waiting for the operator to look at generation " .. tostring(generation) .. ".")
end

if is_true("Reconciling") then
  return health("Progressing", conditions.Reconciling.message)
end
if is_true("Stalled") then
  return health("Degraded", conditions.Stalled.message)
end
if ready.status == "True" then
  return health("Healthy", ready.message)
end
if ready.reason == "Suspended" or ready.reason == "Planned" then
  return health("Suspended", ready.message)
end
return health("Progressing", ready.message)
