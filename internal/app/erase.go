package app

import (
	"context"
	"errors"
	"time"

	"github.com/motcua/motcua/internal/dossier/dossierdb"
	"github.com/motcua/motcua/internal/filestore"
	"github.com/motcua/motcua/internal/jobs"
)

// idleFile is how long nobody may have handed in the same bytes before they are removed: whoever did is about to
// name them.
const idleFile = time.Hour

var errWanted = errors.New("the same file was handed in a moment ago")

// removeFiles is the handler of a RemoveFilesJob. What something else names stays; what was handed in again lately is
// looked at later.
func (a *App) removeFiles(ctx context.Context, run *jobs.Run) error {
	var args dossierdb.RemoveFilesArgs
	if err := run.Decode(&args); err != nil {
		return err
	}
	var later error
	for _, hash := range args.Hashes {
		h, err := filestore.ParseHash(hash)
		if err != nil {
			return jobs.GiveUp(err)
		}
		wanted, err := a.store.FileNamed(ctx, hash)
		if err != nil {
			return err
		}
		if wanted {
			continue
		}
		gone, err := a.files.RemoveIdle(h, idleFile)
		if err != nil {
			return err
		}
		if !gone {
			later = errWanted
		}
	}
	return later
}
