package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	luajson "layeh.com/gopher-json"
)

// A script gets as long from Argo CD.
const patience = time.Second

// argo runs a script with what Argo CD gives to one: the object as the global obj, and of Lua's libraries base, package and
// table, and the clock alone, as the module os. There is no string and no global os.
func argo(object *unstructured.Unstructured, script string) (json.RawMessage, error) {
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	for name, open := range map[string]lua.LGFunction{
		lua.LoadLibName: lua.OpenPackage,
		lua.BaseLibName: lua.OpenBase,
		lua.TabLibName:  lua.OpenTable,
	} {
		load := lua.P{Fn: state.NewFunction(open), Protect: true}
		if err := state.CallByParam(load, lua.LString(name)); err != nil {
			return nil, err
		}
	}
	state.PreloadModule(lua.OsLibName, clock)
	limit, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	state.SetContext(limit)
	state.SetGlobal("obj", value(state, object.Object))
	if err := state.DoString(script); err != nil {
		return nil, err
	}
	returned, ok := state.Get(-1).(*lua.LTable)
	if !ok {
		return nil, fmt.Errorf("a table is expected, not %s", state.Get(-1).Type())
	}
	return luajson.Encode(returned)
}

// clock is what Argo CD leaves of Lua's os: only what tells the time. The whole of it is opened elsewhere, out of the script's
// reach.
func clock(state *lua.LState) int {
	elsewhere := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer elsewhere.Close()
	lua.OpenOs(elsewhere)
	module := state.NewTable()
	for _, name := range []string{"time", "date"} {
		function := elsewhere.GetField(elsewhere.GetGlobal(lua.OsLibName), name).(*lua.LFunction)
		module.RawSetString(name, state.NewFunction(function.GFunction))
	}
	state.Push(module)
	return 1
}

// value turns JSON into Lua. A null becomes nil, so the field is not there.
func value(state *lua.LState, from any) lua.LValue {
	switch from := from.(type) {
	case bool:
		return lua.LBool(from)
	case string:
		return lua.LString(from)
	case int64:
		return lua.LNumber(from)
	case float64:
		return lua.LNumber(from)
	case []any:
		list := state.NewTable()
		for _, item := range from {
			list.Append(value(state, item))
		}
		return list
	case map[string]any:
		table := state.NewTable()
		for key, item := range from {
			table.RawSetString(key, value(state, item))
		}
		return table
	}
	return lua.LNil
}
