package access

import "slices"

var permissions = []Permission{
	DossierIntake, DossierAccept, DossierRead, DossierReadAll, DossierHandle, DossierAssign, DossierDecide, DossierResult, DossierReturn,
	DossierErase, RatingRead, DossierFile, CatalogueRead, CatalogueEdit, CataloguePublish, AccountAdmin, SystemWatch,
}

var roles = []string{
	RoleCitizen, RoleReceiving, RoleOfficer, RoleDivision, RoleHead, RoleClerk, RoleControl, RoleAdmin,
}

// KnownPermission reports whether the product knows the permission; a pack may grant no other.
func KnownPermission(p string) bool { return slices.Contains(permissions, Permission(p)) }

// KnownRole reports whether the product knows the role; posts and steps may name no other.
func KnownRole(r string) bool { return slices.Contains(roles, r) }
