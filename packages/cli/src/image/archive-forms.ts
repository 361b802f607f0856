/** What an archive of images may be: as docker save writes it, or an OCI layout. */
export const archiveForms = ['docker', 'oci'] as const;
export type ArchiveForm = (typeof archiveForms)[number];
