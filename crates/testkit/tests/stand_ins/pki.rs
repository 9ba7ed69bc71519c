//! Authorities that are made once and shared.

use std::thread;

use cognigy_sso_testkit::pki::Authority;

#[test]
fn an_authority_is_made_once_and_loaded_again() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("deep/ca");
    let made = Authority::load_or_create(&place, "tests").unwrap();
    assert_eq!(std::fs::read_to_string(place.join("ca.crt")).unwrap(), made.pem());
    assert_eq!(Authority::load_or_create(&place, "another name").unwrap().pem(), made.pem());
}

#[test]
fn all_who_start_at_once_get_the_same_authority() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("ca");
    let pems: Vec<_> = thread::scope(|scope| {
        let starters: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| Authority::load_or_create(&place, "tests").unwrap().pem().to_owned()))
            .collect();
        starters.into_iter().map(|starter| starter.join().unwrap()).collect()
    });
    assert!(pems.windows(2).all(|pair| pair.first() == pair.last()));
}

#[test]
fn a_folder_with_half_an_authority_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    Authority::new("tests").unwrap().save(folder.path()).unwrap();
    std::fs::remove_file(folder.path().join("ca.key")).unwrap();
    let error = Authority::load_or_create(folder.path(), "tests").err().unwrap();
    assert!(format!("{error:#}").contains("ca.key"), "{error:#}");
}
