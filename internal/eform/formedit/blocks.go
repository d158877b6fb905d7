package formedit

import (
	"embed"
	"path"
	"strings"

	"github.com/motcua/motcua/internal/eform"
)

//go:embed blocks/*.yaml
var blockFiles embed.FS

// blockOrder is how screens list the blocks.
var blockOrder = []string{"nguoi", "to-chuc", "dia-chi", "thua-dat"}

// Blocks are the ready-made groups of fields: a person, an organisation, an address, a land plot. Each is a form of one
// section whose paths begin with one name, to be put into another form with Draft.Insert.
func Blocks() []eform.Form {
	out := make([]eform.Form, 0, len(blockOrder))
	for _, id := range blockOrder {
		if f, ok := Block(id); ok {
			out = append(out, f)
		}
	}
	return out
}

// Block returns one of Blocks.
func Block(id string) (eform.Form, bool) {
	if strings.ContainsAny(id, "/.") {
		return eform.Form{}, false
	}
	text, err := blockFiles.ReadFile(path.Join("blocks", id+".yaml"))
	if err != nil {
		return eform.Form{}, false
	}
	f, err := eform.Load(text)
	if err != nil {
		panic("formedit: block " + id + ": " + err.Error()) // embedded above, and every test reads it
	}
	return f, true
}
