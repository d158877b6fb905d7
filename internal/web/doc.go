// Package web is the shell every page lives in: the handler type, the table of
// routes with the right each one asks, rendering, problem pages, limits, the page
// cache and the chain of protections around them. It holds no rule of the office
// and no SQL; it is the only package that knows HTTP statuses.
//
// A slice's pages register themselves on a Mux and return errors:
//
//	func Register(m *web.Mux, svc forwarder) {
//		m.Handle("POST /ho-so/{id}/chuyen", web.May(access.DossierHandle), forward(svc))
//	}
//
//	func forward(svc forwarder) web.Handler {
//		return func(w http.ResponseWriter, r *http.Request) error {
//			form, err := web.ReadForm(r)
//			if err != nil {
//				return err
//			}
//			to := agency.ID(form.Get("to"))
//			if to == "" {
//				return web.Render(w, r, http.StatusUnprocessableEntity, forwardPage(…))
//			}
//			err = svc.Forward(r.Context(), web.ActorFrom(r.Context()), r.PathValue("id"), to, form.Key, form.Version)
//			if err != nil {
//				return err // *fault.Error becomes its page, anything else an incident
//			}
//			return web.SeeOther(w, r, "/ho-so", "dossier.forwarded")
//		}
//	}
//
// A public page is a templ component inside component.PublicPage, a desk page one
// inside component.DeskPage; package component shows both.
package web
