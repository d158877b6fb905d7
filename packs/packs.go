// Package packs embeds the demo province, so that one binary can start it without files beside it.
package packs

import (
	"embed"
	"io/fs"
)

//go:embed all:demo
var demo embed.FS

// Demo returns the folder of the demo pack.
func Demo() fs.FS {
	sub, err := fs.Sub(demo, "demo")
	if err != nil {
		panic("packs: " + err.Error()) // the name is valid, and the folder is embedded above
	}
	return sub
}
