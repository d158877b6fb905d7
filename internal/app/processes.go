package app

import (
	"github.com/motcua/motcua/internal/studio/processweb"
	"github.com/motcua/motcua/internal/web"
)

// processes puts the process editor of the studio on the mux.
func (a *App) processes(m *web.Mux) {
	processweb.Register(m, processweb.Deps{Studio: a.studio, Name: a.nameOf, Now: a.cfg.Now})
}
