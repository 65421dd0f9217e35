-- The health of all kinds, from the condition Ready. Argo CD does not know kstatus' rules for kinds that it does not know.
local health = { status = "Progressing", message = "Not looked at yet" }
local status = obj.status
if status == nil or status.observedGeneration ~= obj.metadata.generation then
  return health
end
local is = {}
for _, condition in ipairs(status.conditions or {}) do
  is[condition.type] = condition
end
local ready = is["Ready"]
if ready == nil then
  return health
end
health.message = ready.reason .. ": " .. ready.message
if ready.status == "True" then
  health.status = "Healthy"
elseif is["Reconciling"] ~= nil or ready.reason == "Reconciling" then
  health.status = "Progressing" -- it is tried again by itself
else
  health.status = "Degraded" -- a person can do something, and the message says what
end
return health
