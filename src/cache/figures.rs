//! How well the cache does, for `/metrics`.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

/// Seconds.
const AGES: [f64; 8] = [1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 1800.0, 3600.0];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Of {
    cache: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
struct From {
    cache: &'static str,
    from: &'static str,
}

/// Where something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    Here,
    InRedis,
}

pub struct Figures {
    hits: Family<From, Counter>,
    misses: Family<Of, Counter>,
    computations: Family<Of, Counter>,
    ages: Family<Of, Histogram, fn() -> Histogram>,
    redis_failures: Family<Of, Counter>,
    pub entries: Gauge,
    pub bytes: Gauge,
    pub listens: Gauge,
    pub redis_connected: Gauge,
}

impl Figures {
    pub fn new(registry: &mut Registry) -> Self {
        let figures = Self {
            hits: Family::default(),
            misses: Family::default(),
            computations: Family::default(),
            ages: Family::new_with_constructor(|| Histogram::new(AGES)),
            redis_failures: Family::default(),
            entries: Gauge::default(),
            bytes: Gauge::default(),
            listens: Gauge::default(),
            redis_connected: Gauge::default(),
        };
        let registry = registry.sub_registry_with_prefix("periodical_cache");
        registry.register("hits", "What was asked for and there, in this process or in Redis", figures.hits.clone());
        registry.register("misses", "What was asked for and neither in this process nor in Redis", figures.misses.clone());
        registry.register("computations", "What was computed; fewer than misses where many asked at once", figures.computations.clone());
        registry.register("hit_age_seconds", "How old it was when it was shown", figures.ages.clone());
        registry.register("redis_failures", "What Redis was asked for and did not do in time", figures.redis_failures.clone());
        registry.register("entries", "What this process keeps", figures.entries.clone());
        registry.register("bytes", "How large that is, about", figures.bytes.clone());
        registry.register(
            "listens",
            "1 while this process hears of changes; else it computes what depends on them",
            figures.listens.clone(),
        );
        registry.register("redis_connected", "1 while Redis is used", figures.redis_connected.clone());
        figures
    }

    pub fn hit(&self, cache: &'static str, found: Found, age_seconds: f64) {
        let from = if found == Found::Here { "process" } else { "redis" };
        self.hits.get_or_create(&From { cache, from }).inc();
        self.ages.get_or_create(&Of { cache }).observe(age_seconds);
    }

    pub fn miss(&self, cache: &'static str) {
        self.misses.get_or_create(&Of { cache }).inc();
    }

    pub fn computation(&self, cache: &'static str) {
        self.computations.get_or_create(&Of { cache }).inc();
    }

    pub fn redis_failure(&self, cache: &'static str) {
        self.redis_failures.get_or_create(&Of { cache }).inc();
    }
}
