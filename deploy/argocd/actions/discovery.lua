-- What can be done with an IdentityProviderConfig from Argo CD. While it is suspended a check would not be made.
local suspended = obj.spec.suspend == true

return {
  ["check-now"] = { displayName = "Check now", iconClass = "fa fa-fw fa-redo", disabled = suspended },
  ["suspend"] = { displayName = "Suspend", iconClass = "fa fa-fw fa-pause-circle", disabled = suspended },
  ["resume"] = { displayName = "Resume", iconClass = "fa fa-fw fa-play-circle", disabled = not suspended },
}
