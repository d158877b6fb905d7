package dossierdb

// Statements of lists, for the test that prepares them on both engines.
var (
	ListStatement   = listStatement
	TallyStatement  = tallyStatement
	FigureStatement = figureStatement
)
