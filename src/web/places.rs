//! So many at once for each: connections of an address, live pages of a user.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

/// Places that are counted by key. Cheap to clone; all clones count together.
#[derive(Debug)]
pub struct Places<K> {
    taken: Arc<Mutex<HashMap<K, usize>>>,
    each: usize,
}

/// One of them; dropped, it is free again.
#[derive(Debug)]
pub struct Place<K: Copy + Eq + Hash> {
    places: Places<K>,
    key: K,
}

impl<K> Clone for Places<K> {
    fn clone(&self) -> Self {
        Self { taken: Arc::clone(&self.taken), each: self.each }
    }
}

impl<K: Copy + Eq + Hash> Places<K> {
    /// `each` places for every key.
    pub fn new(each: usize) -> Self {
        Self { taken: Arc::default(), each }
    }

    /// None where all of the key's are taken.
    pub fn take(&self, key: K) -> Option<Place<K>> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(key).or_default();
        if *count >= self.each {
            return None;
        }
        *count += 1;
        Some(Place { places: self.clone(), key })
    }
}

impl<K: Copy + Eq + Hash> Drop for Place<K> {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        // A key without any is forgotten: the table holds who is here, not who has been.
        if let Some(count) = taken.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_places_and_nothing_is_left_of_those_who_have_gone() {
        let places = Places::new(2);
        let (one, two) = (places.take(1).unwrap(), places.take(1).unwrap());
        assert!(places.take(1).is_none());
        assert!(places.take(2).is_some());
        drop(one);
        assert!(places.take(1).is_some());
        drop(two);
        assert!(places.taken.lock().unwrap().is_empty());
    }
}
