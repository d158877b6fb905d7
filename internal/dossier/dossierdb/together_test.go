package dossierdb_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/sqldb"
	"github.com/motcua/motcua/internal/testkit"
)

func TestTwoPeopleWorkOnOneFileAtTheSameTime(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *sqldb.DB) {
		o := open(t, db)
		ctx := context.Background()
		d := o.lodge(dossiertest.Joint, "cong-dan")
		d = must(o.svc.Accept(ctx, o.req("cb-mot-cua", d), ""))(t)
		if len(d.Work()) != 2 {
			t.Fatalf("work stands at %v", d.Work())
		}
		// Both saw the same version and send their forms at the same time.
		requests := map[string]dossier.Request{}
		commands := map[string]dossier.ActCommand{}
		for _, post := range []string{"chuyen-vien", "van-thu"} {
			w, ok := d.Mine(o.w.In(post), 0)
			if !ok {
				t.Fatalf("%s has nothing to do", post)
			}
			requests[post], commands[post] = o.req(post, d), dossier.ActCommand{Action: "xong", Token: w.Token}
		}
		var wg sync.WaitGroup
		errs := map[string]error{}
		var mu sync.Mutex
		for post := range requests {
			wg.Go(func() {
				_, err := o.svc.Act(ctx, requests[post], commands[post])
				mu.Lock()
				defer mu.Unlock()
				errs[post] = err
			})
		}
		wg.Wait()
		for post, err := range errs {
			if err != nil {
				t.Errorf("%s: %v", post, err)
			}
		}
		again := must(o.svc.Act(ctx, requests["chuyen-vien"], commands["chuyen-vien"]))(t) // resent: done once
		if again.Step != "ky" || len(again.Beside) != 0 {
			t.Errorf("it stands at %s with %v", again.Step, again.Beside)
		}
		// What is one's own has gone on meanwhile is stale as ever.
		stale := requests["van-thu"]
		stale.Key = o.key()
		if _, err := o.svc.Act(ctx, stale, commands["van-thu"]); !errors.Is(err, dossier.ErrStale) {
			t.Errorf("work that is done is done again: %v", err)
		}
		o.clean()
	})
}
