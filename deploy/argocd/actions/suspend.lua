-- Nothing is checked or changed outside the cluster until it is resumed.
obj.spec.suspend = true
return obj
