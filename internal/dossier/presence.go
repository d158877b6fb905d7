package dossier

import "time"

// Composer is an officer who has the form of an act open.
type Composer struct {
	Dossier string
	Person  string
	Post    string
	At      time.Time // last heard of
}

// ComposeLife is how long somebody who is not heard of counts as being at work.
const ComposeLife = time.Minute
